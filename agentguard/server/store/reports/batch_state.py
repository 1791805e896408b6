"""What is held of the devices of a batch, and what each report writes: the dearest statements.

They are written by hand for each database, since here a statement is paid by every report: many
rows go in and out as one parameter, without being built again for each size of a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from agentguard.server.store.engine import trips
from agentguard.server.store.engine.trips import Statement
from agentguard.server.store.schema.tables import device_seen

_JSON = msgspec.json.Encoder()
COLUMNS = (
    *("seq", "hash", "last_seen", "skew", "locked"),
    *("in_call", "waiting", "agent", "policy", "policy_digest", "stored_until"),
)
"""What a report writes of its device, in the order of `Row`."""

Row = tuple[int, str, float, float, bool, bool, int, str, str, str, float]

_POSTGRESQL = "postgresql"
_LOCK = Statement(
    name="hold",
    words="SELECT id FROM device WHERE id = ANY(%s::text[]) ORDER BY id FOR NO KEY UPDATE",
)
_READ = """
SELECT device.id, device.status, device.public_key, device.team, device.epoch, seen.seq, seen.run,
  posture.device IS NOT NULL, posture.digest, kept.keeper, seen.stored_until,
  EXISTS (SELECT 1 FROM tamper_item WHERE tamper_item.device = device.id AND closed_at IS NULL),
  seen.hash, seen.linked, seen.last_seen, seen.policy_digest, seen.locked
FROM device
LEFT JOIN device_seen AS seen ON seen.device = device.id
LEFT JOIN posture_current AS posture ON posture.device = device.id
LEFT JOIN keeper_agent AS kept ON kept.device = device.id
WHERE device.id {}
"""
_OF_SQLITE = _READ.format("IN (SELECT value FROM json_each(?))")
_OF_POSTGRESQL = Statement(name="look", words=_READ.format("= ANY(%s::text[])"))
_SET_SQLITE = (
    "UPDATE device_seen SET seq = ?, hash = ?, last_seen = ?, skew = ?, locked = ?, in_call = ?, "
    "waiting = ?, agent = ?, policy = ?, policy_digest = ?, stored_until = ? WHERE device = ?"
)
_SET_POSTGRESQL = Statement(
    name="see",
    words="UPDATE device_seen AS seen SET seq = new.seq, hash = new.hash, "
    "last_seen = new.last_seen, skew = new.skew, locked = new.locked, in_call = new.in_call, "
    "waiting = new.waiting, "
    "agent = new.agent, policy = new.policy, policy_digest = new.policy_digest, "
    "stored_until = new.stored_until "
    "FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::float8[], %s::boolean[], "
    "%s::boolean[], %s::integer[], %s::text[], %s::text[], %s::text[], %s::float8[], %s::text[]) "
    "AS new (seq, hash, last_seen, skew, locked, in_call, waiting, agent, policy, policy_digest, "
    "stored_until, device) "
    "WHERE seen.device = new.device",
)


def _numbers(column: Iterable[float]) -> str:
    """Return numbers as PostgreSQL writes an array; the driver takes ten times as long for it."""
    return "{" + ",".join(map(repr, column)) + "}"


def _flags(column: Iterable[bool]) -> str:
    return "{" + ",".join(["t" if one else "f" for one in column]) + "}"


def _words(column: Sequence[str]) -> str:
    """Return texts as PostgreSQL writes an array: each quoted, with a backslash before a quote."""
    together = '","'.join(column)
    if "\\" in together or together.count('"') != 2 * (len(column) - 1):
        each = [one.replace("\\", "\\\\").replace('"', '\\"') for one in column]
        together = '","'.join(each)
    return '{"' + together + '"}' if column else "{}"


_KINDS: tuple[Callable[[Any], str], ...] = (
    *(_numbers, _words, _numbers, _numbers, _flags, _flags),
    *(_numbers, _words, _words, _words, _numbers, _words),
)
"""How each column of `_SET_POSTGRESQL` is written."""


class Held(msgspec.Struct, frozen=True, gc=False):
    """What is held of a device; `key` is its raw public key, `team` the team's number.

    `seq` is None before its first report, `run` is the one that needs no second look, `digest` is
    that of its posture, `keeper` watches its computer, `flagged` says that a sign of tampering is
    open there, and `stored_until` is as `day_quota` has it. `hash` is that of entry `seq`, and
    `linked` the entry from which on the chain is verified up to there, None when it is not.
    `last_seen` is when its last report came, `policy` the digest that it told, and `locked` whether
    the session was.
    """

    status: str
    key: bytes
    team: int
    epoch: int
    seq: int | None
    run: str
    posture: bool
    digest: bytes | None
    flagged: bool
    keeper: str = ""
    stored_until: float = 0.0
    hash: str = ""
    linked: int | None = None
    last_seen: float | None = None
    policy: str | None = None
    locked: bool = False


def find_held(connection: Connection, devices: Iterable[str]) -> dict[str, Held]:
    """Return what is held of these devices; until the transaction ends nobody else changes it."""
    ids = sorted(set(devices))
    rows: Sequence[Any]
    if connection.dialect.name == _POSTGRESQL:
        given = (_words(ids),)  # read after the lock, so that what the one before wrote is seen
        rows = trips.ask(connection, (_LOCK, given), (_OF_POSTGRESQL, given))
    else:
        rows = connection.exec_driver_sql(_OF_SQLITE, (_JSON.encode(ids).decode(),)).all()
    return {row[0]: _held(*row[1:]) for row in rows}


def _held(  # noqa: PLR0917 - the columns as they are read
    status: str,
    key: bytes,
    team: int,
    epoch: int,
    seq: int | None,
    run: str | None,
    posture: object,
    digest: bytes | None,
    keeper: str | None,
    stored_until: float | None,
    flagged: object,
    digest_of_head: str | None,
    linked: int | None,
    last_seen: float | None,
    policy: str | None,
    locked: object,
) -> Held:
    return Held(
        status=status,
        key=bytes(key),
        team=team,
        epoch=epoch,
        seq=seq,
        run=run or "",
        posture=bool(posture),
        digest=digest,
        flagged=bool(flagged),
        keeper=keeper or "",
        stored_until=stored_until or 0.0,
        hash=digest_of_head or "",
        linked=linked,
        last_seen=last_seen,
        policy=policy,
        locked=bool(locked),
    )


def put(connection: Connection, rows: Sequence[tuple[str, Row]]) -> None:
    """Write what the reports of different devices said."""
    if not rows:
        return
    flat = [(*row, id_) for id_, row in rows]
    if connection.dialect.name == _POSTGRESQL:
        columns = zip(*flat, strict=True)
        given = tuple([kind(column) for kind, column in zip(_KINDS, columns, strict=True)])
        trips.tell(connection, (_SET_POSTGRESQL, given))
    else:
        connection.exec_driver_sql(_SET_SQLITE, flat)


def add(connection: Connection, rows: Sequence[tuple[str, Row]]) -> None:
    """Write what the first reports of devices said."""
    if rows:
        values = [{"device": id_, **dict(zip(COLUMNS, row, strict=True))} for id_, row in rows]
        connection.execute(device_seen.insert(), values)
