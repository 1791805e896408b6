"""Findings, folded from the events that opened and closed them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, case, insert, select, update

from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.engine.times import lately
from agentguard.server.store.schema.tables import finding
from agentguard.wire import v1

OPENED = "finding.opened"
CLOSED = "finding.closed"

_HITS = Stored(tuple[v1.Masked, ...])
_PARAMS = msgspec.json.Decoder(dict[str, str | int])


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """A finding that is not mended yet."""

    check: str
    severity: str
    message: str
    params: dict[str, str | int]
    hits: tuple[v1.Masked, ...]
    place: str
    opened_at: float


def fold(connection: Connection, device_id: str, event: v1.Event, now: float) -> None:
    """Open or close a finding when the event says so."""
    if event.kind == OPENED:
        _open(connection, device_id, event, now)
    elif event.kind == CLOSED:
        at, opened = lately(event.at, now), finding.c.opened_at
        connection.execute(
            update(finding)
            .where(
                finding.c.device == device_id,
                finding.c.check == event.check[:100],
                finding.c.subject == event.subject[:128],
                finding.c.closed_at.is_(None),
            )
            .values(closed_at=case((opened > at, opened), else_=at))
        )


def close_all(connection: Connection, device_id: str, now: float) -> None:
    """Close what an earlier epoch left open: nobody will close it any more."""
    connection.execute(
        update(finding)
        .where(finding.c.device == device_id, finding.c.closed_at.is_(None))
        .values(closed_at=now)
    )


def still_open(connection: Connection, device_id: str) -> list[OpenFinding]:
    """Return a device's open findings, the oldest first."""
    rows = connection.execute(
        select(finding)
        .where(finding.c.device == device_id, finding.c.closed_at.is_(None))
        .order_by(finding.c.opened_at)
    )
    return [
        OpenFinding(
            check=row.check,
            severity=row.severity,
            message=row.message,
            params=_PARAMS.decode(row.params),
            hits=_HITS.decode(row.hits),
            place=row.place,
            opened_at=row.opened_at,
        )
        for row in rows
    ]


def _open(connection: Connection, device_id: str, event: v1.Event, now: float) -> None:
    key = {"device": device_id, "check": event.check[:100], "subject": event.subject[:128]}
    says = {
        "severity": event.severity[:20],
        "message": event.message[:200],
        "params": msgspec.json.encode(event.params).decode(),
        "hits": msgspec.json.encode(event.hits).decode(),
        "place": event.place[:200],
    }
    same = [finding.c[name] == value for name, value in key.items()]
    kept = connection.execute(
        update(finding).where(*same, finding.c.closed_at.is_(None)).values(says)
    )
    if kept.rowcount == 0:
        connection.execute(insert(finding).values(**key, **says, opened_at=lately(event.at, now)))
