"""Findings, folded from the events that opened and closed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, case, insert, select, update

from agentguard.server.store.engine import arrays
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
_LONE = arrays.look(
    'SELECT device, "check" FROM finding WHERE device {} AND closed_at IS NULL '
    'GROUP BY device, "check" HAVING COUNT(*) = 1',
    finding.c.device,
)
_SAY = arrays.change(
    finding,
    ["device", "check"],
    *("message", "params", "owner"),
    only="old.closed_at IS NULL",
)
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


class Told(msgspec.Struct, frozen=True, gc=False):
    """A posture of a device, and the one before it."""

    device: str
    controls: Iterable[v1.Control]
    before: Iterable[v1.Control]


def follow(connection: Connection, given: Iterable[Told]) -> None:
    """Bring the one open finding of a control up to what a posture says of it now.

    A restart that is due after updates that were late is another sentence, and somebody else's.
    Of a control with several findings a posture tells of none alone.
    """
    said = {(one.device, check[:100]): says for one in given for check, says in _other(one)}
    found = arrays.find(connection, _LONE, sorted({device for device, _ in said}))
    lone = {(device, check) for device, check in found}
    rows = [(*says.values(), *key) for key, says in said.items() if key in lone]
    arrays.say(connection, _SAY, rows)


def _other(told: Told) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the controls that fail with another sentence than before, and what they say."""
    failing = [
        one for one in told.controls if one.state == "fail" and one.detail and one.detail != SEVERAL
    ]
    if failing:
        known = {one.check: _says(one) for one in told.before}
        for one in failing:
            says = _says(one)
            if known.get(one.check) != says:
                yield one.check, says


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
