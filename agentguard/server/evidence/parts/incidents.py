"""Incidents that were open in the period, and every step that was done about each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, or_, select

from agentguard.server.evidence.base import ALL, Part, Work, at
from agentguard.server.store.schema.floor_tables import incident_step
from agentguard.server.store.schema.response_tables import containment, incident_task
from agentguard.server.store.schema.tables import incident

FILE, STEPS = "incidents.csv", "incidents-steps.csv"
COLUMNS = (
    "incident", "number", "desk", "team", "category", "severity", "playbook", "source", "reported",
    "taken", "take_due", "contained", "contain_due", "closed", "close_due", "state", "verdict",
    "outcome", "lessons",
)  # fmt: skip
STEP_COLUMNS = ("incident", "at", "by", "what", "text")
HIDDEN = "restricted"


def _rows(work: Work, met: set[int]) -> Iterator[tuple[object, ...]]:
    table = incident.c
    closed = or_(table.closed_at.is_(None), table.closed_at >= work.order.since)
    asked = select(incident).where(table.reported_at < work.order.until, closed)
    for row in work.connection.execute(asked.order_by(table.id)):
        desk, team = _where(row, work)
        if team is not None:
            met.add(row.id)
            yield _row(row, desk, team)


def _where(row: Row[Any], work: Work) -> tuple[str, str | None]:
    """Return the desk and the team; no team where the pack is not about it.

    One that is of no desk belongs to a pack of all. Whose desk a restricted one is stays hidden.
    """
    if row.device is None:
        return "", "" if work.order.scope.kind == ALL else None
    team = work.team_at(row.device, row.reported_at)
    if team is None:
        return "", None
    return (HIDDEN, HIDDEN) if row.restricted else (work.labels[row.device], team)


def _row(row: Row[Any], desk: str, team: str) -> tuple[object, ...]:
    about = (row.id, row.number, desk, team, row.category, row.severity, row.playbook, row.source)
    times = (
        row.reported_at, row.taken_at, row.take_due, row.contained_at, row.contain_due,
        row.closed_at, row.close_due,
    )  # fmt: skip
    hidden = row.restricted
    said = ("", "") if hidden else (row.outcome, row.lessons)
    return (*about, *map(at, times), row.state, row.verdict, *said)


def _kind(work: Work, category: str) -> str:
    """Return what an incident is in words."""
    id_ = f"console.incident.{category}"
    return work.words.say(id_) if work.words.has(id_) else category


def _steps(work: Work, met: set[int]) -> Iterator[tuple[object, ...]]:
    """Yield what people wrote, the steps that they ticked, and what was contained."""
    connection = work.connection
    for row in connection.execute(select(incident_step).order_by(incident_step.c.id)):
        if row.incident in met:
            yield row.incident, at(row.at), row.by, row.kind, row.text
    tasks = select(incident_task).order_by(incident_task.c.incident, incident_task.c.done_at)
    for row in connection.execute(tasks):
        if row.incident in met:
            said = " ".join(filter(None, (row.answer, row.note, row.skipped)))
            yield row.incident, at(row.done_at), row.done_by, row.task, said
    for row in connection.execute(select(containment).order_by(containment.c.id)):
        if row.incident in met:
            said = f"{row.state}, asked by {row.asked_by}"
            yield row.incident, at(row.asked_at), row.ruled_by, row.act, said


def write(work: Work) -> None:
    """Write the incidents and their steps."""
    met: set[int] = set()
    rows = list(_rows(work, met))
    work.summary.counts["incidents"] = work.sheet(FILE, COLUMNS, rows)
    work.summary.tables["incidents"] = [
        (str(row[1] or row[0]), _kind(work, str(row[4])), str(row[3]), str(row[8]), str(row[13]))
        for row in rows
    ]
    hidden = select(incident.c.id).where(incident.c.restricted.is_(True))
    met -= set(work.connection.scalars(hidden))
    work.sheet(STEPS, STEP_COLUMNS, _steps(work, met))


PART = Part(name="incidents", place=40, write=write)
