"""Judges the fleet's programs anew, by version and not by desk, and keeps the counts right.

A newer catalogue, a newer policy and every new day can change what is said of a version. Each
slice is a transaction of its own that leaves all counts whole; what it did not come to still names
the judge of before, so that the next slice, or the next process, goes on with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, delete, func, insert, or_, select, update

from agentguard.model.facts import Kind, Software
from agentguard.server.store.desks.devices import RETIRED
from agentguard.server.store.schema.software_tables import (
    device_inventory,
    device_program,
    device_program_past,
    product_count,
    program,
    program_count,
    program_day,
)
from agentguard.server.store.schema.tables import device
from agentguard.server.store.software import counting, intake
from agentguard.server.store.software.judging import Judge, Judged
from agentguard.software.ranks import PART, UNKNOWN

SLICE = 300  # versions that are judged in one transaction
PAIRS = 200_000  # rows of desks that one transaction touches, but for a single version's own
Told = tuple[Row[Any], Judged]
GONE = 50  # desks that are forgotten in one transaction


def there_are_any(connection: Connection) -> bool:
    """Check whether any desk has told of programs."""
    return connection.scalar(select(program.c.id).limit(1)) is not None


def rejudge(connection: Connection, judge: Judge, now: float) -> bool:
    """Judge a slice of what another judge has judged; tell whether there is more."""
    counting.alone(connection)
    rows = connection.execute(
        select(program, func.coalesce(program_count.c.desks, 0).label("desks"))
        .outerjoin(program_count, program_count.c.program == program.c.id)
        .where(program.c.judged_with != judge.key)
        .order_by(program.c.id)
        .limit(SLICE)
    ).all()
    done: list[Told] = []
    changed: list[Told] = []
    weight = 0
    for row in rows:
        judged = judge.judge(_item(row))
        if _moves(row, judged):
            weight += _weight(connection, row, judged)
            if weight > PAIRS and changed:
                break
            changed.append((row, judged))
        done.append((row, judged))
    _write(connection, done, judge.key, now)
    _count(connection, changed, now)
    return len(done) < len(rows) or len(rows) == SLICE


def retired(connection: Connection, now: float) -> bool:
    """Forget the lists of desks that were turned away; tell whether there are more."""
    rows = connection.scalars(
        select(device_inventory.c.device)
        .join(device, device.c.id == device_inventory.c.device)
        .where(device.c.status == RETIRED)
        .order_by(device.c.id)
        .limit(GONE)
    ).all()
    for one in rows:
        intake.forget(connection, one, now)
    return len(rows) == GONE


def prune(connection: Connection) -> int:
    """Delete versions that no desk has, had within the time of records, or is counted for."""
    counting.alone(connection)
    used = (device_program, device_program_past, program_count, program_day)
    lonely = (~select(one.c.program).where(one.c.program == program.c.id).exists() for one in used)
    return int(connection.execute(delete(program).where(*lonely)).rowcount)


def _item(row: Row[Any]) -> Software:
    return Software(
        name=row.name,
        version=row.version,
        vendor=row.publisher,
        source=row.source,
        kind=Kind(row.kind),
        edition=row.edition,
    )


def _moves(row: Row[Any], judged: Judged) -> bool:
    """Check whether it counts elsewhere from now on."""
    return bool(row.desks) and (row.rank, row.product) != (judged.rank, judged.product)


def _weight(connection: Connection, row: Row[Any], judged: Judged) -> int:
    """Return how many rows of desks are read again for it."""
    named = product_count.c.product.in_((row.product, judged.product))
    asked = select(func.coalesce(func.sum(product_count.c.desks), 0)).where(named)
    return int(row.desks) + int(connection.scalar(asked) or 0)


def _write(connection: Connection, done: Sequence[Told], key: str, now: float) -> None:
    """Write down what is said of versions, and who said it."""
    fresh = [
        {
            "key": row.id,
            "turned": row.since if row.state == judged.state else now,
            **{f"said_{name}": getattr(judged, name) for name in intake.JUDGED},
        }
        for row, judged in done
        if any(getattr(row, name) != getattr(judged, name) for name in intake.JUDGED)
    ]
    if fresh:
        said: dict[str, Any] = {name: bindparam(f"said_{name}") for name in intake.JUDGED}
        one = update(program).where(program.c.id == bindparam("key"))
        connection.execute(one.values(since=bindparam("turned"), **said), fresh)
    ids = [row.id for row, _ in done]
    for part in intake.parts(ids):
        mine = update(program).where(program.c.id.in_(part))
        connection.execute(mine.values(judged_with=key))


def _count(connection: Connection, changed: Sequence[Told], now: float) -> None:
    """Let the counts of desks and products follow."""
    turns: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for row, judged in changed:
        if row.rank != judged.rank:
            turns[row.rank, judged.rank].append(row.id)
    for (before, after), ids in sorted(turns.items()):
        _shift(connection, before, after, ids)
    _rank_again(connection, [one for ids in turns.values() for one in ids], now)
    products = {name for row, judged in changed for name in (row.product, judged.product)}
    _recount(connection, sorted(products - {""}))


def _shift(connection: Connection, before: int, after: int, ids: Sequence[int]) -> None:
    """Count versions with another state on every desk that has them."""
    on = (
        select(device_program.c.device, func.count().label("many"))
        .where(device_program.c.program.in_(ids))
        .group_by(device_program.c.device)
        .subquery()
    )
    values = {}
    for rank, sign in ((before, -1), (after, 1)):
        if rank < PART:
            name = counting.STATES[rank]
            values[name] = device_inventory.c[name] + sign * on.c.many
    mine = update(device_inventory).where(device_inventory.c.device == on.c.device)
    connection.execute(mine.values(**values))


def _rank_again(connection: Connection, ids: Sequence[int], now: float) -> None:
    """Give the desks that have one of these versions the rank of their counts."""
    if not ids:
        return
    table = device_inventory.c
    good = or_(table.allowed > 0, table.supported > 0)
    states = [(table[name] > 0, rank) for rank, name in enumerate(counting.STATES)]
    unsure = or_(table.unread != "", ~good)
    rank = case(*states[:UNKNOWN], (unsure, UNKNOWN), *states[UNKNOWN:], else_=UNKNOWN)
    since = case((table.rank == rank, table.since), else_=now)
    on = select(device_program.c.device).where(device_program.c.program.in_(ids))
    mine = update(device_inventory).where(table.device.in_(on))
    connection.execute(mine.values(rank=rank, since=since))


def _recount(connection: Connection, products: Sequence[str]) -> None:
    """Count the desks of products anew, each at its worst version."""
    for part in intake.parts(products):
        connection.execute(delete(product_count).where(product_count.c.product.in_(part)))
        worst = (
            select(program.c.product, func.min(program.c.rank).label("rank"))
            .join(device_program, device_program.c.program == program.c.id)
            .where(program.c.product.in_(part), program.c.rank < PART)
            .group_by(program.c.product, device_program.c.device)
            .subquery()
        )
        counted = select(worst.c.product, worst.c.rank, func.count()).group_by(
            worst.c.product, worst.c.rank
        )
        names = ["product", "rank", "desks"]
        connection.execute(insert(product_count).from_select(names, counted))
