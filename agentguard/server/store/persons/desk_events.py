"""What happened at a desk while a person used it, by the spans of `desk_use`.

A finding is a desk's: that it opened in somebody's time says who can tell about it, not who did it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from agentguard.server.roles import Scope
from agentguard.server.store.schema.people_tables import desk_use
from agentguard.server.store.schema.tables import device, finding, incident

MOST = 50
"""Of each kind that are listed, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding that opened in the person's time; `closed_at` is None while it is open."""

    check: str
    severity: str
    device: str
    label: str
    opened_at: float
    closed_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident that was reported in the person's time."""

    id: int
    category: str
    state: str
    device: str
    label: str
    reported_at: float


def findings(connection: Connection, person: str, scope: Scope) -> list[Finding]:
    """Return the newest findings that opened while the person used the desk."""
    shown = ("check", "severity", "device", "opened_at", "closed_at")
    columns = [finding.c[name] for name in shown]
    asked = _during(select(*columns, device.c.label), finding.c.device, finding.c.opened_at)
    wanted = _of(asked, person, scope).order_by(finding.c.opened_at.desc())
    return [Finding(**row) for row in connection.execute(wanted).mappings()]


def incidents(connection: Connection, person: str, scope: Scope) -> list[Incident]:
    """Return the newest incidents that were reported while the person used the desk."""
    shown = ("id", "category", "state", "device", "reported_at")
    columns = [incident.c[name] for name in shown]
    asked = _during(select(*columns, device.c.label), incident.c.device, incident.c.reported_at)
    open_to_all = asked.where(~incident.c.restricted)
    wanted = _of(open_to_all, person, scope).order_by(incident.c.reported_at.desc())
    return [Incident(**row) for row in connection.execute(wanted).mappings()]


def _during(asked: Select[Any], of: ColumnElement[str], at: ColumnElement[float]) -> Select[Any]:
    within = at.between(desk_use.c.begun_at, desk_use.c.last_at)
    return asked.join(desk_use, (desk_use.c.device == of) & within).join(device, device.c.id == of)


def _of(asked: Select[Any], person: str, scope: Scope) -> Select[Any]:
    wanted = asked.where(desk_use.c.person == person).limit(MOST)
    return wanted if scope is None else wanted.where(device.c.team.in_(scope))
