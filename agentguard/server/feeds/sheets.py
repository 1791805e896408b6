"""Desks, findings, events and incidents as CSV, a page at a time, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Row, Select, select, true, tuple_

from agentguard.server.roles import Scope
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.engine.times import iso
from agentguard.server.store.reports.incidents import Incident
from agentguard.server.store.schema.drill_tables import drill_run
from agentguard.server.store.schema.lesson_tables import lesson_done
from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    event,
    finding,
    posture_current,
    team,
)
from agentguard.wire import v1

PAGE = 500  # rows that are read at once
BOM = "\ufeff"  # by it Excel knows UTF-8
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide ones, which Excel reads as the others (OWASP, CSV Injection)."""
_HITS = Stored(tuple[v1.Masked, ...])
_EVENT = Stored(v1.Event)

Query = Select[tuple[Any, ...]]
Key = tuple[Any, ...]
COLUMNS = ("number", "desk", "team", "category", "at", "what", "by", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One kind of sheet; `after` gives the rows behind a key, which is the last of each row."""

    name: str
    columns: tuple[str, ...]
    query: Callable[[Key | None], Query]
    cells: Callable[[Row[Any]], Sequence[object]]
    key: Callable[[Row[Any]], Key]


def page(
    connection: Connection, sheet: Sheet, scope: Scope, after: Key | None
) -> tuple[str, Key | None]:
    """Return the next lines, and the key behind which the next page begins; None at the end."""
    asked = sheet.query(after).where(_seen(scope)).limit(PAGE)
    rows = connection.execute(asked).all()
    text = lines(sheet.cells(row) for row in rows)
    return text, sheet.key(rows[-1]) if len(rows) == PAGE else None


def head(sheet: Sheet) -> str:
    """Return the first line."""
    return BOM + lines([sheet.columns])


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as RFC 4180 lines; what a spreadsheet would run gets an apostrophe before it.

    Every cell is quoted: a spreadsheet whose language separates by semicolons would begin another
    one at each, which no apostrophe stands before.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([cell(one) for one in row] for row in rows)
    return out.getvalue()


def cell(value: object) -> str:
    """Return a cell's text."""
    if isinstance(value, float):
        return iso(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _seen(scope: Scope) -> ColumnElement[bool]:
    return true() if scope is None else device.c.team.in_(scope)


def _desks(after: Key | None) -> Query:
    asked = (
        select(
            device.c.id,
            device.c.label,
            team.c.name,
            device.c.status,
            posture_current.c.overall,
            device_seen.c.last_seen,
            device_seen.c.agent,
            device_seen.c.policy,
        )
        .join(team, team.c.id == device.c.team)
        .outerjoin(device_seen, device_seen.c.device == device.c.id)
        .outerjoin(posture_current, posture_current.c.device == device.c.id)
        .order_by(device.c.id)
    )
    return asked if after is None else asked.where(device.c.id > after[0])


def _findings(after: Key | None) -> Query:
    asked = (
        select(finding, device.c.label, team.c.name.label("team_name"))
        .join(device, device.c.id == finding.c.device)
        .join(team, team.c.id == device.c.team)
        .order_by(finding.c.id)
    )
    return asked if after is None else asked.where(finding.c.id > after[0])


def _finding(row: Row[Any]) -> Sequence[object]:
    hits = ", ".join(f"{hit.kind} x {hit.count}" for hit in _HITS.decode(row.hits))
    where = (row.label, row.team_name, row.check, row.severity, row.place, hits)
    return (*where, row.opened_at, row.closed_at)


def _events(after: Key | None) -> Query:
    key = (event.c.device, event.c.epoch, event.c.seq)
    asked = (
        select(event, device.c.label, team.c.name.label("team_name"))
        .join(device, device.c.id == event.c.device)
        .join(team, team.c.id == device.c.team)
        .order_by(*key)
    )
    return asked if after is None else asked.where(tuple_(*key) > tuple_(*after))


def _event(row: Row[Any]) -> Sequence[object]:
    told = _EVENT.decode(row.body)
    where = (row.label, row.team_name, row.at, row.received_at)
    return (*where, row.kind, told.check, told.severity, told.place)


def _training(after: Key | None) -> Query:
    key = (lesson_done.c.person, lesson_done.c.lesson, lesson_done.c.day)
    asked = (
        select(lesson_done, team.c.name.label("team_name"))
        .join(device, device.c.id == lesson_done.c.device)
        .join(team, team.c.id == device.c.team)
        .order_by(*key)
    )
    return asked if after is None else asked.where(tuple_(*key) > tuple_(*after))


def _trained(row: Row[Any]) -> Sequence[object]:
    day = iso(row.at)[:10]
    return (row.person, row.team_name, row.lesson, row.title, row.version, day)


def _drills(after: Key | None) -> Query:
    key = (drill_run.c.device, drill_run.c.run)
    asked = (
        select(drill_run, device.c.label, team.c.name.label("team_name"))
        .join(device, device.c.id == drill_run.c.device)
        .join(team, team.c.id == device.c.team)
        .order_by(*key)
    )
    return asked if after is None else asked.where(tuple_(*key) > tuple_(*after))


def _drilled(row: Row[Any]) -> Sequence[object]:
    went = (row.outcome, row.why, row.noticed_ms, row.receipt_ms)
    return (row.label, row.team_name, row.drill, row.began_at, row.ended_at, *went)


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            name="desks",
            columns=("desk", "team", "state", "posture", "last_seen", "agent", "policy"),
            query=_desks,
            cells=lambda row: tuple(row)[1:],
            key=lambda row: (row.id,),
        ),
        Sheet(
            name="findings",
            columns=(
                "desk", "team", "control", "severity", "place", "data", "opened", "closed",
            ),
            query=_findings,
            cells=_finding,
            key=lambda row: (row.id,),
        ),
        Sheet(
            name="events",
            columns=(
                "desk", "team", "at", "received", "kind", "control", "severity", "place",
            ),
            query=_events,
            cells=_event,
            key=lambda row: (row.device, row.epoch, row.seq),
        ),
        Sheet(
            name="drills",
            columns=(
                "desk", "team", "drill", "began", "ended", "outcome", "why", "noticed_ms",
                "receipt_ms",
            ),
            query=_drills,
            cells=_drilled,
            key=lambda row: (row.device, row.run),
        ),
        Sheet(
            name="training",
            columns=("person", "team", "lesson", "title", "version", "acknowledged"),
            query=_training,
            cells=_trained,
            key=lambda row: (row.person, row.lesson, row.day),
        ),
    )
}  # fmt: skip


class Moment(Protocol):
    """A line of an incident's timeline."""

    @property
    def at(self) -> float:
        """When it was, in seconds since 1970."""
        ...

    @property
    def kind(self) -> str:
        """What it was."""
        ...

    @property
    def by(self) -> str:
        """Who did it; empty for the desk."""
        ...

    @property
    def text(self) -> str:
        """What was written."""
        ...


def sheet(one: Incident, timeline: Iterable[Moment]) -> str:
    """Return the sheet: a line for each moment but the desk's other events, the oldest first."""
    about = (one.number or one.id, one.desk, one.team, one.category)
    rows = [(*about, m.at, m.kind, m.by, m.text) for m in timeline if m.kind != "event"]
    return BOM + lines([COLUMNS, *rows])
