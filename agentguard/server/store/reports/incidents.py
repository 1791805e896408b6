"""Incidents that agents reported: taken up and closed by a person, with a note."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, true, update

from agentguard.server.store.accounts.people import Scope, Visitor
from agentguard.server.store.engine.times import lately
from agentguard.server.store.records import audit
from agentguard.server.store.schema.tables import device, incident, team
from agentguard.wire import v1

REPORTED = "incident.reported"
LONGEST_NOTE = 4000
OPEN, TAKEN, CLOSED = "open", "taken", "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident, as the queue shows it."""

    id: int
    device: str
    desk: str
    team: str
    category: str
    note: str
    reported_at: float
    state: str
    taken_by: str
    taken_at: float | None
    closed_by: str
    closed_at: float | None
    outcome: str


def fold(connection: Connection, device_id: str, event: v1.Event, now: float) -> None:
    """Add an incident to the queue when the event reports one."""
    if event.kind == REPORTED:
        connection.execute(
            insert(incident).values(
                device=device_id,
                category=str(event.params.get("category") or event.message)[:100],
                note=event.text[:LONGEST_NOTE],
                reported_at=lately(event.at, now),
                state=OPEN,
            )
        )


def waiting_ones(connection: Connection) -> list[Incident]:
    """Return all incidents that are not closed, as they arrived."""
    rows = connection.execute(
        select(incident, device.c.label, team.c.name)
        .join(device, device.c.id == incident.c.device)
        .join(team, team.c.id == device.c.team)
        .where(incident.c.state != CLOSED)
        .order_by(incident.c.id)
    )
    return [told(row) for row in rows]


def told(row: Row[tuple[object, ...]]) -> Incident:
    """Return an incident of its row, beside the desk's `label` and the team's `name`."""
    return Incident(
        id=row.id,
        device=row.device,
        desk=row.label,
        team=row.name,
        category=row.category,
        note=row.note,
        reported_at=row.reported_at,
        state=row.state,
        taken_by=row.taken_by or "",
        taken_at=row.taken_at,
        closed_by=row.closed_by or "",
        closed_at=row.closed_at,
        outcome=row.outcome,
    )


def waiting(connection: Connection, scope: Scope = None) -> int:
    """Count the incidents that are not closed."""
    count = (
        select(func.count()).select_from(incident).where(incident.c.state != CLOSED, _seen(scope))
    )
    return int(connection.scalar(count) or 0)


def take_up(connection: Connection, id_: int, by: Visitor, now: float) -> bool:
    """Say that somebody cares for it; False when it was not open."""
    done = connection.execute(
        update(incident)
        .where(incident.c.id == id_, incident.c.state == OPEN, _seen(by.scope))
        .values(state=TAKEN, taken_by=by.name, taken_at=now)
    )
    return _noted(connection, now, by, "taken", id_, done=done.rowcount == 1)


def close(connection: Connection, id_: int, by: Visitor, now: float, outcome: str) -> bool:
    """Close it with what was done; False when it was closed before."""
    done = connection.execute(
        update(incident)
        .where(incident.c.id == id_, incident.c.state != CLOSED, _seen(by.scope))
        .values(state=CLOSED, closed_by=by.name, closed_at=now, outcome=outcome)
    )
    return _noted(connection, now, by, "closed", id_, done=done.rowcount == 1)


def _noted(
    connection: Connection, now: float, by: Visitor, act: str, id_: int, *, done: bool
) -> bool:
    audit.note(connection, now, by.name, f"incident.{act if done else 'refused'}", str(id_))
    return done


def _seen(scope: Scope) -> ColumnElement[bool]:
    if scope is None:
        return true()
    return incident.c.device.in_(select(device.c.id).where(device.c.team.in_(scope)))
