"""How many desks of each team are in which tier: kept by the database, added up, and counted again.

Triggers add a row for each desk that changes its tier (`migrations/versions/r0043_counts.py`), so
that no two processes wait for the row of a team. What counts is the sum, at each moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, case, func, select

from agentguard.server.roles import Scope
from agentguard.server.store.desks.desk_status import ACT, GOOD
from agentguard.server.store.floor.added_sums import Sums
from agentguard.server.store.schema.place_tables import desk_place, team_count, team_count_change
from agentguard.server.store.schema.tables import team

TIERS = ("failing", "attention", "silent", "away", "ok")
"""`silent` is a desk that is missing; one that is `away` said goodbye before."""
STANDING = {ACT: "failing", GOOD: "ok"}
"""The tier of a rank of a posture; all others ask for attention."""
_NAMED = 500
"""Teams whose names are looked for one by one; of more, all are read."""
_PLACE = desk_place.c


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


def most_trouble_first(counts: dict[str, int]) -> tuple[int, ...]:
    """Return the key that puts those with most failing desks first, then of the next tiers."""
    return tuple(-counts[tier] for tier in TIERS[:3])


def named(connection: Connection, found: dict[int, dict[str, int]]) -> list[TeamCount]:
    """Return these counts with the names of their teams, in the order of names."""
    asked = select(team.c.id, team.c.name).order_by(team.c.name)
    if len(found) <= _NAMED:
        asked = asked.where(team.c.id.in_(found))
    return [
        TeamCount(id=row.id, name=row.name, counts=found[row.id])
        for row in connection.execute(asked)
        if row.id in found
    ]


def kept(connection: Connection, teams: Scope) -> dict[int, dict[str, int]]:
    """Return the desks of these teams by tier; those that are marked count as silent or away."""
    each = SUMS.each(teams)
    sums = (
        func.coalesce(func.sum(each.c.many).filter(each.c.tier == place), 0).label(name)
        for place, name in enumerate(TIERS)
    )
    rows = connection.execute(select(each.c.team, *sums).group_by(each.c.team))
    return {row[0]: dict(zip(TIERS, map(int, row[1:]), strict=True)) for row in rows}


def total(connection: Connection, teams: Scope) -> dict[str, int]:
    """Return the same of all these teams together."""
    each = SUMS.each(teams)
    sums = select(each.c.tier, func.sum(each.c.many).label("many")).group_by(each.c.tier)
    found = {row.tier: int(row.many) for row in connection.execute(sums)}
    return {name: found.get(place, 0) for place, name in enumerate(TIERS)}


def worst(connection: Connection, teams: Scope, limit: int) -> tuple[list[int], int]:
    """Return the teams with most failing desks, then of the next tiers; and how many have any.

    Of those that stand alike, the first by name come first.
    """
    each = SUMS.each(teams)
    sums = (func.sum(each.c.many).filter(each.c.tier == place) for place in range(3))
    order = (func.coalesce(one, 0).desc() for one in sums)
    asked = (
        select(each.c.team, func.count().over().label("many"))
        .join(team, team.c.id == each.c.team)
        .group_by(each.c.team, team.c.name)
        .having(func.sum(each.c.many) > 0)
        .order_by(*order, team.c.name)
        .limit(limit)
    )
    rows = connection.execute(asked).all()
    return [row.team for row in rows], rows[0].many if rows else 0


def _counted() -> Select[tuple[int, int, int]]:
    """Count the desks themselves."""
    tier = case(
        (_PLACE.quiet_since.is_not(None), case((_PLACE.gone_at.is_(None), 2), else_=3)),
        (_PLACE.rank == ACT, TIERS.index(STANDING[ACT])),
        (_PLACE.rank == GOOD, TIERS.index(STANDING[GOOD])),
        else_=1,
    ).label("tier")
    counted = select(_PLACE.team, tier, func.count().label("many")).where(_PLACE.shown)
    return counted.group_by(_PLACE.team, tier)


SUMS = Sums(counts=team_count, changes=team_count_change, counted=_counted)
