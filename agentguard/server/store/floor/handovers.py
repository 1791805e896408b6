"""Handovers and clean-desk checks: how many by team, and the desks that lack the last one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from agentguard.server.roles import Scope
from agentguard.server.store.schema.floor_tables import (
    CLEAN,
    CLEAN_MISSED,
    HANDED,
    MISSED,
    SHIFT_KINDS,
)
from agentguard.server.store.schema.tables import device, event, finding, team

CHECK = "handover"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handovers:
    """Counts: shifts that ended with a handover and without, checks that were asked and done."""

    handed: int = 0
    missed: int = 0
    clean: int = 0
    asked: int = 0

    def __add__(self, other: Handovers) -> Handovers:
        """Return both together."""
        return Handovers(
            handed=self.handed + other.handed,
            missed=self.missed + other.missed,
            clean=self.clean + other.clean,
            asked=self.asked + other.asked,
        )


NONE = Handovers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A desk whose last shift ended without a handover, since when."""

    device: str
    desk: str
    team: str
    since: float


def by_team(connection: Connection, teams: Scope, since: float) -> dict[int, Handovers]:
    """Count by team what was told since a time."""
    asked = (
        select(device.c.team, event.c.kind, func.count().label("many"))
        .join(device, device.c.id == event.c.device)
        .where(SHIFT_KINDS, event.c.received_at >= since)
        .group_by(device.c.team, event.c.kind)
    )
    if teams is not None:
        asked = asked.where(device.c.team.in_(teams))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in connection.execute(asked):
        found[row.team][row.kind] = row.many
    return {id_: _of(many) for id_, many in found.items()}


def lacking(connection: Connection, teams: Scope, limit: int) -> list[Lacking]:
    """Return the desks that lack a handover, the longest first."""
    asked = (
        select(device.c.id, device.c.label, team.c.name, finding.c.opened_at)
        .join(device, device.c.id == finding.c.device)
        .join(team, team.c.id == device.c.team)
        .where(finding.c.check == CHECK, finding.c.closed_at.is_(None))
        .order_by(finding.c.opened_at, device.c.id)
        .limit(limit)
    )
    if teams is not None:
        asked = asked.where(device.c.team.in_(teams))
    return [
        Lacking(device=row.id, desk=row.label, team=row.name, since=row.opened_at)
        for row in connection.execute(asked)
    ]


def _of(many: dict[str, int]) -> Handovers:
    clean = many.get(CLEAN, 0)
    return Handovers(
        handed=many.get(HANDED, 0),
        missed=many.get(MISSED, 0),
        clean=clean,
        asked=clean + many.get(CLEAN_MISSED, 0),
    )
