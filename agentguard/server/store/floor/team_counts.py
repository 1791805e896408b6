"""How many desks of each team are in which tier: kept by the database, added up, and counted again.

Triggers add a row for each desk that changes its tier (`migrations/versions/r0043_counts.py`), so
that no two processes wait for the row of a team. What counts is the sum, at each moment.
"""

from __future__ import annotations

from sqlalchemy import Connection, Select, case, func, select

from agentguard.server.roles import Scope
from agentguard.server.store.desks.desk_status import ACT, GOOD
from agentguard.server.store.floor.added_sums import Sums
from agentguard.server.store.schema.place_tables import desk_place, team_count, team_count_change

TIERS = ("failing", "attention", "silent", "away", "ok")
"""`silent` is a desk that is missing; one that is `away` said goodbye before."""
STANDING = {ACT: "failing", GOOD: "ok"}
"""The tier of a rank of a posture; all others ask for attention."""
FOLDED = 10.0
"""Seconds between two times that the changes are added up."""
RECOUNTED = 3600.0
"""Seconds between two counts of all desks."""
SUMS = Sums(counts=team_count, changes=team_count_change)
_PLACE = desk_place.c


def kept(connection: Connection, teams: Scope) -> dict[int, dict[str, int]]:
    """Return the desks of these teams by tier; those that are marked count as silent or away."""
    each = SUMS.each(teams)
    sums = (
        func.coalesce(func.sum(each.c.many).filter(each.c.tier == place), 0).label(name)
        for place, name in enumerate(TIERS)
    )
    rows = connection.execute(select(each.c.team, *sums).group_by(each.c.team))
    return {row[0]: dict(zip(TIERS, map(int, row[1:]), strict=True)) for row in rows}


def fold(connection: Connection) -> None:
    """Add the changes to the counts; those that come meanwhile stay for the next time."""
    SUMS.fold(connection)


def differences(connection: Connection) -> int:
    """Return how many counts differ from what the desks themselves say."""
    return SUMS.differences(connection, _counted())


def repair(connection: Connection, now: float) -> int:
    """Put right what differs, in the statement that finds it; return how many counts."""
    return SUMS.repair(connection, _counted(), now)


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
