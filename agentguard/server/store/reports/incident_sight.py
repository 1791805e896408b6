"""Who may see which incidents: those of their teams, and those about somebody within only a few."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true

from agentguard.server.roles import Right, Scope, may
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.schema.tables import device, incident


def inside(by: Visitor) -> bool:
    """Check whether somebody may see incidents about somebody within."""
    return may(by.role, Right.INSIDE)


def of(by: Visitor) -> ColumnElement[bool]:
    """Ask for what somebody may see."""
    return within(by.scope, inside=inside(by))


def within(scope: Scope, *, inside: bool) -> ColumnElement[bool]:
    """Ask for what may be seen of these teams; what is about no desk is seen by who sees all."""
    teams: ColumnElement[bool] = true()
    if scope is not None:
        teams = incident.c.device.in_(select(device.c.id).where(device.c.team.in_(scope)))
    return teams if inside else teams & ~incident.c.restricted
