"""How many desks of each team are in which tier: kept by the database, added up, and counted again.

Triggers add a row for each desk that changes its tier (`migrations/versions/r0043_counts.py`), so
that no two processes wait for the row of a team. What counts is the sum, at each moment.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)

from agentguard.server.roles import Scope
from agentguard.server.store.desks.desk_status import ACT, GOOD
from agentguard.server.store.engine import leadership
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.place_tables import desk_place, team_count, team_count_change

TIERS = ("failing", "attention", "silent", "away", "ok")
"""`silent` is a desk that is missing; one that is `away` said goodbye before."""
STANDING = {ACT: "failing", GOOD: "ok"}
"""The tier of a rank of a posture; all others ask for attention."""
FOLDED = 10.0
"""Seconds between two times that the changes are added up."""
RECOUNTED = 3600.0
"""Seconds between two counts of all desks."""
REPAIRED = "counts-repaired"
"""Under this name `job` has when a count was last found wrong, and put right."""
_PLACE, _COUNT, _CHANGE = desk_place.c, team_count.c, team_count_change.c


def kept(connection: Connection, teams: Scope) -> dict[int, dict[str, int]]:
    """Return the desks of these teams by tier; those that are marked count as silent or away."""
    each = _each(teams)
    sums = (
        func.coalesce(func.sum(each.c.many).filter(each.c.tier == place), 0).label(name)
        for place, name in enumerate(TIERS)
    )
    rows = connection.execute(select(each.c.team, *sums).group_by(each.c.team))
    return {row[0]: dict(zip(TIERS, map(int, row[1:]), strict=True)) for row in rows}


def fold(connection: Connection) -> None:
    """Add the changes to the counts; those that come meanwhile stay for the next time."""
    if connection.dialect.name == "sqlite":  # nobody else writes meanwhile
        _put(connection, select(team_count_change).subquery())
        connection.execute(delete(team_count_change))
        return
    gone = delete(team_count_change).returning(_CHANGE.team, _CHANGE.tier, _CHANGE.many)
    _put(connection, gone.cte("gone"))


def differences(connection: Connection) -> int:
    """Return how many counts differ from what the desks themselves say."""
    wrong = _wrong().subquery()
    return connection.scalar(select(func.count()).select_from(wrong)) or 0


def repair(connection: Connection, now: float) -> int:
    """Put right what differs, in the statement that finds it; return how many counts."""
    wrong = _wrong().subquery()
    rows = select(wrong.c.team, wrong.c.tier, wrong.c.many)
    put = insert(team_count_change).from_select(["team", "tier", "many"], rows)
    done = connection.execute(put.execution_options(preserve_rowcount=True))
    if done.rowcount:
        leadership.note(connection, REPAIRED, now)
    return done.rowcount


def _put(connection: Connection, changes: Any) -> None:
    many = func.sum(changes.c.many)
    rows = (
        select(changes.c.team, changes.c.tier, many)
        .where(literal(1) == 1)  # SQLite would read ON CONFLICT as a join's
        .group_by(changes.c.team, changes.c.tier)
        .having(many != 0)
    )
    added = upsert(connection, team_count).from_select(["team", "tier", "many"], rows)
    connection.execute(
        added.on_conflict_do_update(
            index_elements=["team", "tier"], set_={"many": _COUNT.many + added.excluded.many}
        )
    )


def _each(teams: Scope) -> Subquery:
    parts: list[Select[tuple[int, int, int]]] = []
    for one in (team_count, team_count_change):
        rows = select(one.c.team, one.c.tier, one.c.many)
        parts.append(rows if teams is None else rows.where(one.c.team.in_(teams)))
    return union_all(*parts).subquery("each")


def _wrong() -> Select[tuple[int, int, int]]:
    """Return what is to be added so that the counts are those of the desks."""
    tier = case(
        (_PLACE.quiet_since.is_not(None), case((_PLACE.gone_at.is_(None), 2), else_=3)),
        (_PLACE.rank == ACT, TIERS.index(STANDING[ACT])),
        (_PLACE.rank == GOOD, TIERS.index(STANDING[GOOD])),
        else_=1,
    ).label("tier")
    counted = select(_PLACE.team, tier, func.count().label("many")).where(_PLACE.shown)
    each = _each(None)
    held = select(each.c.team, each.c.tier, -func.sum(each.c.many)).group_by(
        each.c.team, each.c.tier
    )
    both = union_all(counted.group_by(_PLACE.team, tier), held).subquery("both")
    many = func.sum(both.c.many)
    return (
        select(both.c.team, both.c.tier, many.label("many"))
        .group_by(both.c.team, both.c.tier)
        .having(many != 0)
    )
