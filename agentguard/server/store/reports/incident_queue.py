"""The lists of incidents: those that wait, those that nobody signed off, and those closed.

What waits stands in the order in which it arrived, whatever time the desk gave it, and a desk fills
no more than `EACH` lines of it: a flood from one desk hides nobody else's call for help.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    case,
    cast,
    func,
    not_,
    or_,
    select,
)

from agentguard.model.incidents import read_number
from agentguard.server.roles import Scope
from agentguard.server.store.reports import incident_sight, incidents
from agentguard.server.store.reports.incident_steps import SIGN_OFF
from agentguard.server.store.reports.incidents import CLOSED, OPEN, Incident
from agentguard.server.store.schema.floor_tables import incident_step
from agentguard.server.store.schema.tables import device, incident, team

EACH = 3  # lines of one desk among those that wait


class View(Enum):
    """A list of incidents; the value is its word in an address."""

    WAITING = ""
    UNSIGNED = "unsigned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which incidents: `teams` are ids (None for all).

    `inside` says that those about somebody within may be seen. `desk` is a part of the desk's name,
    or the number of an incident, however it is typed.
    """

    view: View
    teams: Scope = None
    desk: str = ""
    inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A line of a list; `more` counts those of the desk that the list leaves out behind it."""

    incident: Incident
    signed: bool
    more: int


_SIGNED = incident.c.id.in_(
    select(incident_step.c.incident).where(
        incident_step.c.kind == SIGN_OFF,
        incident_step.c.at >= func.coalesce(incident.c.reopened_at, 0.0),
    )
)
_OF = case(  # what persons report is bounded by desk; what was opened here stands alone
    (incident.c.source.in_(("person", "guided", "")), incident.c.device),
    else_=cast(incident.c.id, String),
)
_VIEWS: dict[View, ColumnElement[bool]] = {
    View.WAITING: incident.c.state != CLOSED,
    View.UNSIGNED: (incident.c.state == CLOSED) & not_(_SIGNED),
    View.CLOSED: incident.c.state == CLOSED,
}
_NEWEST = (incident.c.closed_at.desc(), incident.c.id.desc())
_ORDER = {View.WAITING: (incident.c.id,), View.UNSIGNED: _NEWEST, View.CLOSED: _NEWEST}


def count(connection: Connection, wanted: Wanted) -> int:
    """Count the incidents of a list, also those that it leaves out."""
    asked = select(func.count()).select_from(incident)
    return int(connection.scalar(_joined(asked).where(_among(wanted))) or 0)


def lines(connection: Connection, wanted: Wanted) -> int:
    """Count the lines of a list."""
    if not _bounded(wanted):
        return count(connection, wanted)
    asked = select(func.count(incident.c.id).label("many")).select_from(incident)
    each = _joined(asked).where(_among(wanted)).group_by(_OF).subquery()
    shown = case((each.c.many > EACH, EACH), else_=each.c.many)
    return int(connection.scalar(select(func.sum(shown))) or 0)


def page(connection: Connection, wanted: Wanted, *, start: int, limit: int) -> list[Listed]:
    """Return lines of a list: what waits as it arrived, what is closed with the newest first."""
    every = _joined(select(incident, device.c.label, team.c.name, _SIGNED.label("signed")))
    asked = every.where(_among(wanted)).order_by(*_ORDER[wanted.view])
    if _bounded(wanted):
        asked = _without_floods(asked)
    return [
        Listed(
            incident=incidents.told(row),
            signed=bool(row.signed),
            more=max(0, row.many - EACH) if _bounded(wanted) and row.nth == EACH else 0,
        )
        for row in connection.execute(asked.offset(start).limit(limit))
    ]


def _without_floods(asked: Select[Any]) -> Select[Any]:
    """Keep a desk's first lines, those that nobody took up before the others."""
    fresh = case((incident.c.state == OPEN, 0), else_=1)
    nth = func.row_number().over(partition_by=_OF, order_by=(fresh, incident.c.id))
    many = func.count().over(partition_by=_OF)
    ranked = asked.order_by(None).add_columns(nth.label("nth"), many.label("many")).subquery()
    return select(ranked).where(ranked.c.nth <= EACH).order_by(ranked.c.id)


def _joined(asked: Select[Any]) -> Select[Any]:
    with_device = asked.outerjoin(device, device.c.id == incident.c.device)
    return with_device.outerjoin(team, team.c.id == device.c.team)


def _bounded(wanted: Wanted) -> bool:
    return wanted.view is View.WAITING and not wanted.desk


def _among(wanted: Wanted) -> ColumnElement[bool]:
    among = _VIEWS[wanted.view] & incident_sight.within(wanted.teams, inside=wanted.inside)
    if wanted.desk:
        named = device.c.label.icontains(wanted.desk, autoescape=True)
        number = read_number(wanted.desk)
        among &= or_(named, incident.c.number == number) if number else named
    return among
