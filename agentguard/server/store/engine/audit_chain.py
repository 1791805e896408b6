"""Chains the audit log by the rules of a desk's journal, and signs where it stands.

An act is written down unchained, and chained right before the COMMIT of its transaction: only then
is the head locked, and nothing else is waited for while it is. So many processes write one chain
without a fork, and none waits for another longer than a COMMIT takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, text, update

from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.server.store.engine.times import iso
from agentguard.server.store.schema.audit_tables import audit_checkpoint, audit_head
from agentguard.server.store.schema.tables import audit_log
from agentguard.trust.chain import file_format, links
from agentguard.trust.chain.erasure import DAY, ERASED_KIND, day_of
from agentguard.trust.chain.headers import FIRST, HEADER_KIND, OWN, Header, Origin
from agentguard.trust.chain.links import Epoch

DEVICE = "endpoint"
"""Whose journal it is, by the first line of an export."""
ACTOR = "endpoint"
EPOCH = 1
BEGUN = Epoch(epoch=EPOCH, first=1, previous=links.GENESIS, reason=FIRST)
WAITING = "audit-waiting"
_LOG = audit_log.c
_FIRST = text("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, :hash) ON CONFLICT DO NOTHING")


class Keys(Protocol):
    """The endpoint's keys."""

    @property
    def receipt_key(self) -> str:
        """The public key, base64."""
        ...

    def sign(self, data: bytes) -> str:
        """Sign; base64."""
        ...


class OtherKeyError(Exception):
    """The chain is that of an endpoint with another key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the chain stands; `header` is the newest one as JSON, `header_seq` the first one's."""

    seq: int
    hash: bytes
    header: str
    header_seq: int


def settle(connection: Connection) -> None:
    """Chain what this transaction has written down; call it right before the COMMIT."""
    if not connection.info.pop(WAITING, False):
        return
    asked = select(audit_log).where(_LOG.seq.is_(None)).order_by(_LOG.id)
    rows = connection.execute(asked).all()  # what others have not committed is not seen
    if not rows:
        return
    place = head(connection, hold=True)
    seq, digest = place.seq, place.hash
    chained = []
    for row in rows:
        seq += 1
        made = links.append(record_of(row), epoch=EPOCH, seq=seq, previous=digest)
        digest = made.hash
        chained.append(
            {
                "seq": seq,
                "salt": made.salt,
                "commitment": made.commitment,
                "previous": made.previous,
                "hash": made.hash,
            }
        )
    for row, values in zip(rows, chained, strict=True):
        connection.execute(update(audit_log).where(_LOG.id == row.id).values(**values))
    connection.execute(update(audit_head).values(seq=seq, hash=digest))


def head(connection: Connection, *, hold: bool = False) -> Head:
    """Return where the chain stands; `hold` keeps others from going on until the COMMIT."""
    asked = select(audit_head)
    asked = asked.with_for_update() if hold else asked
    row = connection.execute(asked).one_or_none()
    if row is None and not hold:
        return Head(seq=0, hash=links.GENESIS, header="", header_seq=0)
    if row is None:  # a new database; of several that begin at once one makes the row
        connection.execute(_FIRST, {"hash": links.GENESIS})
        row = connection.execute(asked).one()
    return Head(seq=row.seq, hash=bytes(row.hash), header=row.header, header_seq=row.header_seq)


def record_of(row: Row[tuple[object, ...]]) -> Record:
    """Return what a row says as a record of a journal."""
    payload = json.loads(row.body) if row.body else {"actor": row.actor, "subject": row.subject}
    return Record(kind=row.act, at=Moment(boot=0.0, wall=row.at), payload=payload)


def write(connection: Connection, now: float, kind: str, payload: Mapping[str, Json]) -> None:
    """Write an entry that tells of the chain itself."""
    body = links.canonical(payload)
    values = {"at": now, "actor": ACTOR, "act": kind, "subject": "", "body": body}
    connection.execute(insert(audit_log).values(**values))
    connection.info[WAITING] = True


def begin(connection: Connection, receipt_key: str, retention: int, now: float) -> None:
    """Say in the chain whose it is and how long it is kept, unless it says so already.

    Raises:
        OtherKeyError: it is another key's already, whose signatures desks and auditors know.

    """
    origin = Origin(device=DEVICE, device_key="", receipt_key=receipt_key)
    wanted = Header(
        format=file_format.FORMAT, origin=origin, epochs=(BEGUN,), retention=retention
    ).value()
    text = links.canonical(wanted)
    if head(connection).header == text:
        return
    settle(connection)
    known = head(connection, hold=True)
    if known.header == text:
        return
    if _key_of(known) not in {"", receipt_key}:
        raise OtherKeyError
    write(connection, now, HEADER_KIND, wanted)
    first = known.header_seq or known.seq + 1
    connection.execute(update(audit_head).values(header=text, header_seq=first))
    settle(connection)


def key(connection: Connection) -> str:
    """Return the receipt key that the chain says is its endpoint's, empty before it says one."""
    return _key_of(head(connection))


def _key_of(place: Head) -> str:
    return str(json.loads(place.header)["receipt_key"]) if place.header else ""


def sign(connection: Connection, keys: Keys, now: float) -> int:
    """Sign where the chain stands, once for each place; give the number of its last entry."""
    settle(connection)
    place = head(connection, hold=True)
    done = select(audit_checkpoint.c.seq).where(audit_checkpoint.c.seq == place.seq)
    if place.seq and connection.scalar(done) is None:
        text = links.canonical(
            {
                "at": iso(now),
                "device": DEVICE,
                "epoch": EPOCH,
                "hash": place.hash.hex(),
                "seq": place.seq,
            }
        )
        connection.execute(
            insert(audit_checkpoint).values(
                seq=place.seq,
                day=day_of(now),
                receipt=text,
                signature=keys.sign(text.encode()),
            )
        )
    return place.seq


def keep_for(connection: Connection, days: int, now: float) -> None:
    """Say in the chain that another retention is in force, once it says anything of itself."""
    known = head(connection).header
    if known:
        begin(connection, str(json.loads(known)["receipt_key"]), days, now)


def erasable(connection: Connection, days: int, cutoff: float) -> ColumnElement[bool]:
    """Return which entries the checkpoints show to be old enough, as `trust.chain.erasure` has it.

    What was there before the chain goes by its own time, before `cutoff`.
    """
    seen = audit_checkpoint.c
    today = int(connection.scalar(select(func.coalesce(func.max(seen.day), 0))) or 0)
    asked = select(func.coalesce(func.max(seen.seq), 0)).where(seen.day <= today - days)
    last = int(connection.scalar(asked) or 0)
    edge = min(cutoff, float((today - days + 1) * DAY))
    own_time = (_LOG.seq < head(connection).header_seq) & (_LOG.at < edge)
    said = _LOG.salt.is_not(None) & _LOG.act.not_like(f"{OWN}%")
    return said & ((_LOG.seq <= last) | own_time)


def blank(connection: Connection, rows: list[tuple[int, int]], now: float) -> None:
    """Take away what entries say (id and number of each), and say so; their hashes stay."""
    if not rows:
        return
    gone = {"actor": "", "subject": "", "salt": None}
    ids = [id_ for id_, _ in rows]
    connection.execute(update(audit_log).where(_LOG.id.in_(ids)).values(**gone))
    last = max(seq for _, seq in rows)
    write(connection, now, ERASED_KIND, {"count": len(rows), "last": last})
