"""What was found at the desks, and what people did about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, or_, select

from agentguard.server.evidence.base import Part, Work, at
from agentguard.server.store.schema.care_tables import finding_care, finding_note
from agentguard.server.store.schema.tables import finding

FILE, HANDLING = "findings.csv", "findings-handled.csv"
COLUMNS = (
    "finding", "desk", "team", "control", "severity", "place", "opened", "closed", "open_seconds",
    "state", "assignee", "due", "proved",
)  # fmt: skip
HANDLED = ("finding", "at", "by", "act", "text")


def _meanwhile(work: Work) -> Any:
    table = finding.c
    closed = or_(table.closed_at.is_(None), table.closed_at >= work.order.since)
    return (table.opened_at < work.order.until) & closed & table.check.in_(work.controls)


def _rows(work: Work, met: set[int]) -> Iterator[tuple[object, ...]]:
    asked = (
        select(finding, finding_care)
        .outerjoin(finding_care, finding_care.c.finding == finding.c.id)
        .where(_meanwhile(work))
        .order_by(finding.c.id)
    )
    for row in work.connection.execute(asked):
        team = work.team_at(row.device, row.opened_at)
        if team is not None:
            met.add(row.id)
            yield _row(row, work, team)


def _row(row: Row[Any], work: Work, team: str) -> tuple[object, ...]:
    begins = max(row.opened_at, work.order.since)
    ends = work.cut_off if row.closed_at is None else min(row.closed_at, work.cut_off)
    where = (row.id, work.labels[row.device], team, row.check, row.severity, row.place)
    times = (at(row.opened_at), at(row.closed_at), max(0, int(ends - begins)))
    state = row.state or ("open" if row.closed_at is None else "closed")
    return (*where, *times, state, row.assignee or "", at(row.due_at), at(row.proved_at))


def write(work: Work) -> None:
    """Write findings that were open in the period, and each act about them."""
    met: set[int] = set()
    work.summary.counts["findings"] = work.sheet(FILE, COLUMNS, _rows(work, met))
    table = finding_note.c
    notes = work.connection.execute(
        select(table.finding, table.at, table.by, table.act, table.text).order_by(table.id)
    )
    rows = (tuple(row) for row in notes if row.finding in met)
    work.summary.counts["handled"] = work.sheet(HANDLING, HANDLED, rows)


PART = Part(name="findings", place=20, write=write)
