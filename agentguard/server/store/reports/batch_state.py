"""What is held of the devices of a batch, and what each report writes: the dearest statements.

They are written by hand for each database, since here a statement is paid by every report: many
rows go in and out as one parameter, without being built again for each size of a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from agentguard.server.store.engine import arrays, trips
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
_OF_POSTGRESQL = Statement(words=_READ.format("= ANY(%s::text[])"))
_SEEN = arrays.change(device_seen, ["device"], *COLUMNS)
_FIRST = arrays.new(device_seen, *COLUMNS, "device")


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
        given = (arrays.words(ids),)
        # Read after the lock, so that what the one before wrote is seen.
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
    arrays.say(connection, _SEEN, [(*row, id_) for id_, row in rows])


def add(connection: Connection, rows: Sequence[tuple[str, Row]]) -> None:
    """Write what the first reports of devices said."""
    arrays.say(connection, _FIRST, [(*row, id_) for id_, row in rows])
