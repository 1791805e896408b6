"""Takes desks' lists of programs in: whole lists and differences, many at once in one transaction.

Each version stands once in `program`, judged when it first comes; a desk's rows name it. What a
desk sends is taken once however often it comes: a list is known by its digest. A difference to a
list that is not the one held here (the endpoint was restored, or another answer got lost) is not
taken, and the desk is asked for the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, tuple_, update

from agentguard.model.facts import Kind, Software
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.reports import day_quota
from agentguard.server.store.schema.software_tables import (
    device_inventory,
    device_program,
    device_program_past,
    program,
)
from agentguard.server.store.schema.tables import device_seen
from agentguard.server.store.software import counting
from agentguard.server.store.software.counting import Changes, Listed
from agentguard.server.store.software.judging import Judge, Judges
from agentguard.wire import inventory
from agentguard.wire.inventory import Inventory, Program

T = TypeVar("T")
FEW = 500  # values in one statement
_JSON = msgspec.json.Encoder()


class Unheard(Exception):
    """The desk has not reported yet, so that what it may store in a day is counted nowhere."""


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A list that came, when, and how many seconds of the desk's day it costs to store it."""

    inventory: Inventory
    now: float
    cost: float = 0.0


class Intake:
    """Writes lists; `judges` says what versions are that nobody had before."""

    def __init__(self, judges: Judges) -> None:
        self._judges = judges

    def take_all(
        self, connection: Connection, arrived: Sequence[Arrived]
    ) -> Sequence[bool | Exception]:
        """Take lists in; tell of each whether it is held now, else it is needed whole."""
        counting.beside_others(connection)
        judge = self._judges.at(connection, max(one.now for one in arrived))
        refused = [_unpaid(connection, one) for one in arrived]
        paid = [one for one, why in zip(arrived, refused, strict=True) if why is None]
        known = _versions(connection, judge, paid)
        changes = Changes()
        outcomes = [
            why or _take(connection, one, known, changes)
            for one, why in zip(arrived, refused, strict=True)
        ]
        changes.write(connection)
        return outcomes


def forget(connection: Connection, device: str, now: float) -> None:
    """Have a desk that is gone from the fleet counted no more; what it had stays as its past."""
    before = _present(connection, device)
    changes = Changes()
    _move(connection, device, before, {}, now)
    changes.note({k: v for k, (v, _) in before.items()}, {}, now)
    connection.execute(delete(device_inventory).where(device_inventory.c.device == device))
    changes.write(connection)


def _unpaid(connection: Connection, one: Arrived) -> Exception | None:
    """Let a desk pay for what it stores; give why it cannot."""
    try:
        _pay(connection, one)
    except (day_quota.Full, Unheard) as error:
        return error
    return None


def _pay(connection: Connection, one: Arrived) -> None:
    mine = device_seen.c.device == one.inventory.device
    until = connection.scalar(select(device_seen.c.stored_until).where(mine))
    if until is None:
        raise Unheard
    later = day_quota.after(until, one.now, one.cost)
    connection.execute(update(device_seen).where(mine).values(stored_until=later))


def _take(
    connection: Connection, one: Arrived, known: Mapping[bytes, Listed], changes: Changes
) -> bool:
    told, held = one.inventory, _held(connection, one.inventory.device)
    if held is not None and held.digest == told.digest and not told.full:
        _seen(connection, held, told, one.now)
        return True
    if not told.full and (held is None or held.digest != told.base):
        return False
    before = _present(connection, told.device)
    wanted = {one.program: one for one in _found(told.added, known)}
    if not told.full:
        gone = {inventory.digest(each) for each in told.gone}
        kept = {k: v for k, (v, digest) in before.items() if digest not in gone}
        wanted = {**kept, **wanted}
        if len(wanted) != told.programs:
            return False
    _move(connection, told.device, before, wanted, one.now)
    changes.note({k: v for k, (v, _) in before.items()}, wanted, one.now)
    _keep(connection, held, told, wanted, one.now)
    return True


def _held(connection: Connection, device: str) -> Row[tuple[object, ...]] | None:
    asked = select(device_inventory).where(device_inventory.c.device == device)
    return connection.execute(asked.with_for_update()).first()


def _present(connection: Connection, device: str) -> dict[int, tuple[Listed, bytes]]:
    """Return what a desk has, with the digests."""
    rows = connection.execute(
        select(program.c.id, program.c.rank, program.c.product, program.c.digest)
        .join(device_program, device_program.c.program == program.c.id)
        .where(device_program.c.device == device)
    )
    return {
        id_: (Listed(program=id_, rank=rank, product=product), digest)
        for id_, rank, product, digest in rows
    }


def _found(told: Iterable[Program], known: Mapping[bytes, Listed]) -> Iterable[Listed]:
    return (known[inventory.digest(one)] for one in told)


def _move(
    connection: Connection,
    device: str,
    before: Mapping[int, tuple[Listed, bytes]],
    after: Mapping[int, Listed],
    now: float,
) -> None:
    """Write what came, and keep what went as the desk's past."""
    came, went = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    if came:
        rows = [{"device": device, "program": one, "first_seen": now} for one in came]
        connection.execute(insert(device_program), rows)
    for part in parts(went):
        mine = tuple_(device_program.c.device, device_program.c.program).in_(
            [(device, one) for one in part]
        )
        asked = select(device_program.c.program, device_program.c.first_seen).where(mine)
        past = [
            {"device": device, "program": one, "first_seen": first, "gone_at": max(now, first)}
            for one, first in connection.execute(asked)
        ]
        made = upsert(connection, device_program_past).on_conflict_do_nothing()
        connection.execute(made, past)
        connection.execute(delete(device_program).where(mine))


def _seen(
    connection: Connection, held: Row[tuple[object, ...]], told: Inventory, now: float
) -> None:
    """Write down that a list is still the same; what of it is unread may have changed."""
    values: dict[str, object] = {"seen_at": now}
    if told.unread != held.unread:
        counts = {name: getattr(held, name) for name in counting.STATES}
        rank = counting.overall(counts, told.unread)
        since = held.since if rank == held.rank else now
        values |= {"unread": told.unread, "rank": rank, "since": since}
    mine = device_inventory.c.device == told.device
    connection.execute(update(device_inventory).where(mine).values(**values))


def _keep(
    connection: Connection,
    held: Row[tuple[object, ...]] | None,
    told: Inventory,
    wanted: Mapping[int, Listed],
    now: float,
) -> None:
    counts = counting.states(wanted.values())
    rank = counting.overall(counts, told.unread)
    same = held is not None and held.digest == told.digest
    values = {
        "digest": told.digest,
        "seen_at": now,
        "changed_at": held.changed_at if held is not None and same else now,
        "programs": len(wanted),
        "rank": rank,
        "since": held.since if held is not None and held.rank == rank else now,
        "unread": told.unread,
        **counts,
    }
    if held is None:
        connection.execute(insert(device_inventory).values(device=told.device, **values))
        return
    mine = device_inventory.c.device == told.device
    connection.execute(update(device_inventory).where(mine).values(**values))


def _versions(
    connection: Connection, judge: Judge, arrived: Sequence[Arrived]
) -> dict[bytes, Listed]:
    """Return every version that was told of; judge and write down those that are new here."""
    told = {
        inventory.digest(each): (each, one.now) for one in arrived for each in one.inventory.added
    }
    known = _known(connection, told)
    fresh = sorted(told.keys() - known.keys())
    if fresh:
        rows = [_row(digest, *told[digest], judge) for digest in fresh]
        made = upsert(connection, program).on_conflict_do_nothing()
        connection.execute(made, rows)
        known |= _known(connection, fresh)
    return known


def _known(connection: Connection, digests: Iterable[bytes]) -> dict[bytes, Listed]:
    found: dict[bytes, Listed] = {}
    for part in parts(sorted(digests)):
        rows = connection.execute(
            select(program.c.digest, program.c.id, program.c.rank, program.c.product).where(
                program.c.digest.in_(part)
            )
        )
        for digest, id_, rank, product in rows:
            found[digest] = Listed(program=id_, rank=rank, product=product)
    return found


def _row(digest: bytes, told: Program, now: float, judge: Judge) -> dict[str, object]:
    judged = judge.judge(item(told))
    return {
        "digest": digest,
        **{name: getattr(told, name) for name in WORDS},
        "kind": item(told).kind.value,
        "permissions": _JSON.encode(told.permissions).decode(),
        "first_seen": now,
        "since": now,
        "judged_with": judge.key,
        **{name: getattr(judged, name) for name in JUDGED},
    }


WORDS = (
    "name", "version", "publisher", "source", "edition", "arch", "channel", "scope", "signer",
    "ident", "host",
)  # fmt: skip
"""What a program is told by, beside its kind and its permissions."""
JUDGED = ("product", "title", "line", "state", "rank", "ends", "why", "page")
"""What is said of it here."""


def item(told: Program) -> Software:
    """Return a program of the wire as the judges know it; a kind of a later agent is a part."""
    kinds = {one.value: one for one in Kind}
    return Software(
        name=told.name,
        version=told.version,
        vendor=told.publisher,
        source=told.source,
        kind=kinds.get(told.kind, Kind.PART) if told.kind else Kind.PROGRAM,
        edition=told.edition,
    )


def parts(values: Sequence[T]) -> Iterable[Sequence[T]]:
    """Cut values into parts that one statement can hold."""
    return (values[at : at + FEW] for at in range(0, len(values), FEW))
