"""Findings, folded from the events that opened and closed them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, case, func, insert, select, update

from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.engine.times import lately
from agentguard.server.store.reports import care
from agentguard.server.store.schema.tables import finding
from agentguard.wire import v1

OPENED = "finding.opened"
CLOSED = "finding.closed"
SEVERAL = "engine.several"
"""What a posture says of a control with several findings."""

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
        gone = connection.scalars(
            update(finding)
            .where(
                finding.c.device == device_id,
                finding.c.check == event.check[:100],
                finding.c.subject == event.subject[:128],
                finding.c.closed_at.is_(None),
            )
            .values(closed_at=case((opened > at, opened), else_=at))
            .returning(finding.c.id)
        ).all()
        if gone and not event.params.get("why"):
            care.closed(connection, gone, at)


def follow(
    connection: Connection,
    device_id: str,
    controls: Iterable[v1.Control],
    before: Iterable[v1.Control],
) -> None:
    """Bring the one open finding of a control up to what the posture says of it now.

    A restart that is due after updates that were late is another sentence, and somebody else's.
    `before` is the posture until now. Of a control with several findings it tells of none alone.
    """
    known = {one.check: _says(one) for one in before}
    for one in controls:
        if one.state != "fail" or not one.detail or one.detail == SEVERAL:
            continue
        if known.get(one.check) == _says(one):
            continue
        mine = (finding.c.device == device_id, finding.c.check == one.check[:100])
        is_open = (*mine, finding.c.closed_at.is_(None))
        many = select(func.count()).select_from(finding).where(*is_open)
        if connection.scalar(many) == 1:
            connection.execute(update(finding).where(*is_open).values(_says(one)))


def _says(one: v1.Control) -> dict[str, str]:
    return {
        "message": one.detail[:200],
        "params": msgspec.json.encode(one.params).decode(),
        "owner": one.owner[:20],
    }


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
        "owner": event.owner[:20],
    }
    same = [finding.c[name] == value for name, value in key.items()]
    is_open = (*same, finding.c.closed_at.is_(None))
    kept = connection.scalars(
        update(finding).where(*is_open).values(says).returning(finding.c.id)
    ).all()
    for id_ in kept:
        care.worse(connection, id_, says["severity"], says["hits"], now)
    if not kept:
        connection.execute(insert(finding).values(**key, **says, opened_at=lately(event.at, now)))
