"""The floor in the order of need, a page at a time, and its counts by team.

What is read stays small for a hundred thousand desks: `device_standing` is walked in its order, and
postures are read only for the desks that are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, not_, or_, select, true

from agentguard.server.roles import Scope
from agentguard.server.store.desks import goodbyes, keepers
from agentguard.server.store.desks.desk_status import ACT, BLIND, GOOD
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.tables import device, device_seen, team

TIERS = ("failing", "attention", "silent", "away", "ok")
"""`silent` is a desk that is missing; one that is `away` said goodbye before."""
_STANDS, _SEEN = device_standing.c, device_seen.c
_Asked = Select[tuple[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which desks: `teams` are their ids (None for all), `text` is a part of the label.

    `cutoff` is the wall time before which the last report is too old to prove anything.
    """

    teams: Scope
    cutoff: float
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamCount:
    """How many desks of a team stand in each tier."""

    id: int
    name: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """How many desks the team has."""
        return sum(self.counts.values())


def counts(connection: Connection, wanted: Wanted) -> list[TeamCount]:
    """Count the desks by team and tier, by the teams' names."""
    tier = _tier(wanted.cutoff).label("tier")
    grouped = (
        _joined(select(device.c.team, tier, func.count().label("many")))
        .where(_among(wanted))
        .group_by(device.c.team, tier)
    )
    found: dict[int, dict[str, int]] = {}
    for row in connection.execute(grouped):
        found.setdefault(row.team, dict.fromkeys(TIERS, 0))[row.tier] = row.many
    names = connection.execute(select(team.c.id, team.c.name).order_by(team.c.name))
    return [
        TeamCount(id=row.id, name=row.name, counts=found[row.id])
        for row in names
        if row.id in found
    ]


def tally(teams: list[TeamCount]) -> dict[str, int]:
    """Add the teams' counts up."""
    return {tier: sum(one.counts[tier] for one in teams) for tier in TIERS}


def page(
    connection: Connection,
    wanted: Wanted,
    tiers: tuple[str, ...],
    many: dict[str, int],
    *,
    start: int,
    limit: int,
) -> list[str]:
    """Return the ids of a page of desks in these tiers, the worst first.

    `many` counts each tier.
    """
    ids: list[str] = []
    for tier in (one for one in TIERS if one in tiers):
        left = limit - len(ids)
        if left > 0 and start < many[tier]:
            asked = _LISTS[tier](wanted).offset(start).limit(left)
            ids += connection.scalars(asked)
        start = max(0, start - many[tier])
    return ids


def within(scope: Scope, teams: Scope) -> Scope:
    """Return the teams that are both asked for and allowed."""
    if scope is None or teams is None:
        return scope if teams is None else teams
    return scope & teams


def _tier(cutoff: float) -> ColumnElement[str]:
    return case(
        (and_(_unheard(cutoff), goodbyes.is_said(cutoff)), "away"),
        (_unheard(cutoff), "silent"),
        (_STANDS.rank == ACT, "failing"),
        (_STANDS.rank == GOOD, "ok"),
        else_="attention",
    )


def _unheard(cutoff: float) -> ColumnElement[bool]:
    return or_(_SEEN.last_seen.is_(None), _SEEN.last_seen < cutoff)


def _joined(asked: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        asked.select_from(device)
        .outerjoin(device_seen, _SEEN.device == device.c.id)
        .outerjoin(device_standing, _STANDS.device == device.c.id)
    )


def _among(wanted: Wanted) -> ColumnElement[bool]:
    allowed = true() if wanted.teams is None else device.c.team.in_(wanted.teams)
    named = device.c.label.icontains(wanted.text, autoescape=True) if wanted.text else true()
    there = device.c.status.not_in((RETIRED, PENDING))
    return and_(there, keepers.shown(), allowed, named)


def _standing(wanted: Wanted, *ranks: int) -> _Asked:
    """Walk the standing in its order, and pass over desks that are silent."""
    return (
        select(_STANDS.device)
        .join(device_seen, _SEEN.device == _STANDS.device)
        .join(device, device.c.id == _STANDS.device)
        .where(_STANDS.rank.in_(ranks), _SEEN.last_seen >= wanted.cutoff, _among(wanted))
    )


def _failing(wanted: Wanted) -> _Asked:
    return _standing(wanted, ACT).order_by(
        _STANDS.rank, _STANDS.severity, _STANDS.since, _STANDS.device
    )


def _attention(wanted: Wanted) -> _Asked:
    """Return what asks for attention; a desk that reports without a posture comes last."""
    reads = func.coalesce(_STANDS.rank, BLIND)
    return (
        select(device.c.id)
        .join(device_seen, _SEEN.device == device.c.id)
        .outerjoin(device_standing, _STANDS.device == device.c.id)
        .where(reads.between(ACT + 1, BLIND), _SEEN.last_seen >= wanted.cutoff, _among(wanted))
        .order_by(reads, _STANDS.severity, _STANDS.since, device.c.id)
    )


def _silent(wanted: Wanted) -> _Asked:
    return _quiet(wanted).where(not_(goodbyes.is_said(wanted.cutoff)))


def _away(wanted: Wanted) -> _Asked:
    return _quiet(wanted).where(goodbyes.is_said(wanted.cutoff))


def _quiet(wanted: Wanted) -> _Asked:
    since = func.coalesce(_SEEN.last_seen, device.c.enrolled_at)
    return (
        select(device.c.id)
        .outerjoin(device_seen, _SEEN.device == device.c.id)
        .where(_unheard(wanted.cutoff), _among(wanted))
        .order_by(since, device.c.id)
    )


def _fine(wanted: Wanted) -> _Asked:
    return _standing(wanted, GOOD).order_by(device.c.label, device.c.id)


_LISTS: dict[str, Callable[[Wanted], _Asked]] = {
    "failing": _failing,
    "attention": _attention,
    "silent": _silent,
    "away": _away,
    "ok": _fine,
}
