"""Runs of drills, folded from what desks tell: a run is believed only from its beginning on.

What a desk marks as a drill's is told under kinds of its own, so it is never among the findings,
the posture, the queue or any count of these. A mark of a run whose beginning was not told, or that
has ended, says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, text, update

from agentguard.server.store.engine.times import lately
from agentguard.server.store.reports.incident_opening import Opening, open_incident
from agentguard.server.store.reports.incident_sources import Source
from agentguard.server.store.schema.drill_tables import DRILL_ID, drill_asked, drill_run
from agentguard.server.store.schema.tables import device, team
from agentguard.wire import v1

BEGAN, NOTICED, ENDED = "drill.began", "drill.noticed", "drill.ended"
KINDS = frozenset({BEGAN, ENDED})
FAILED, PASSED = "failed", "passed"
PLAYBOOK = "control-failed"
OUTCOMES = (FAILED, PASSED, "not-possible", "put-off")
LONGEST_RUN, LONGEST_WHY = 40, 40
MOST_MS = 2**31 - 1

_BEGIN = text("""
INSERT INTO drill_run (device, run, drill, team, began_at)
SELECT id, :run, :drill, team, :at FROM device WHERE id = :device
ON CONFLICT (device, run) DO NOTHING
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A drill that failed at a desk: what an incident would be made of (PCI DSS 4.0.1, 10.7.3)."""

    device: str
    desk: str
    team: str
    run: str
    drill: str
    why: str
    at: float


def fold(connection: Connection, device_id: str, event: v1.Event, now: float) -> None:
    """Begin or end a run when the event says so."""
    run = _word(event, "id", LONGEST_RUN)
    if event.kind == BEGAN and run:
        at, drill = lately(event.at, now), _word(event, "drill", DRILL_ID)
        said = {"device": device_id, "run": run, "drill": drill, "at": at}
        connection.execute(_BEGIN, said)
        mine = (drill_asked.c.device == device_id) & (drill_asked.c.drill == drill)
        connection.execute(delete(drill_asked).where(mine))
    elif event.kind == ENDED:
        outcome = _word(event, "outcome", 20)
        if outcome not in OUTCOMES:
            return
        known = (drill_run.c.device == device_id) & (drill_run.c.run == run)
        ended = connection.execute(
            update(drill_run)
            .where(known, drill_run.c.ended_at.is_(None))
            .values(
                ended_at=lately(event.at, now),
                outcome=outcome,
                why=_word(event, "why", LONGEST_WHY),
                noticed_ms=_ms(event, "noticed_ms"),
                receipt_ms=_ms(event, "receipt_ms"),
            )
        )
        if ended.rowcount and outcome == FAILED:
            offer(connection, device_id, _word(event, "drill", DRILL_ID), now)


def offer(connection: Connection, device_id: str | None, drill: str, now: float) -> int:
    """Open the incident about a drill that failed, and give its number (PCI DSS 4.0.1, 10.7.3).

    `device_id` is None for a drill of the endpoint's own. One that failed at many desks has one
    cause, and one incident as long as that is open.
    """
    about = f"drill:{drill}"
    opening = Opening(source=Source.DRILL, about=about, device=device_id, playbook=PLAYBOOK)
    return open_incident(connection, opening, now)


def failed_since(connection: Connection, since: float, limit: int = 100) -> list[Failed]:
    """Return the drills that failed since a time, the oldest first: the port for incidents."""
    rows = connection.execute(
        select(drill_run, device.c.label, team.c.name.label("team_name"))
        .join(device, device.c.id == drill_run.c.device)
        .join(team, team.c.id == device.c.team)
        .where(drill_run.c.outcome == FAILED, drill_run.c.ended_at >= since)
        .order_by(drill_run.c.ended_at, drill_run.c.run)
        .limit(limit)
    )
    return [
        Failed(
            device=row.device,
            desk=row.label,
            team=row.team_name,
            run=row.run,
            drill=row.drill,
            why=row.why,
            at=row.ended_at,
        )
        for row in rows
    ]


def _word(event: v1.Event, name: str, most: int) -> str:
    value = event.params.get(name)
    return value[:most] if isinstance(value, str) else ""


def _ms(event: v1.Event, name: str) -> int | None:
    value = event.params.get(name)
    return min(value, MOST_MS) if isinstance(value, int) and value >= 0 else None
