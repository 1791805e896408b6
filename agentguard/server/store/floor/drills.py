"""How drills went: the last run of each at each desk, by drill and by team, and what failed.

Desks that were turned away count nowhere. A synthetic run is in no other count of the floor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection, delete, func, select

from agentguard.server.roles import Scope
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.reports.drills import FAILED, PASSED
from agentguard.server.store.schema.drill_tables import drill_asked, drill_run
from agentguard.server.store.schema.tables import device, team

LATE = 8 * 86400.0
"""Seconds after which a desk whose drill was not run is shown as late (docs/drills.md)."""
WAITS = 86400.0
"""Seconds for which a desk is told that a drill was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The last run of a drill at a desk that came to an end."""

    device: str
    desk: str
    team: str
    drill: str
    outcome: str
    why: str
    at: float
    noticed_ms: int | None
    receipt_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The last runs of a team, or of a drill: how many went how, and how fast they were noticed.

    `name` is the team's name, or the drill's id; `slowest` and `usual` are milliseconds.
    """

    name: str
    desks: int
    passed: int
    failed: int
    elsewhere: int
    late: int
    newest: float
    usual: int | None
    slowest: int | None


def last_runs(connection: Connection, scope: Scope) -> list[Last]:
    """Return the last run of each drill at each desk, failed ones first, then the newest."""
    newest = (
        select(drill_run.c.device, drill_run.c.drill, func.max(drill_run.c.began_at).label("at"))
        .where(drill_run.c.outcome.not_in(("", "put-off")))
        .group_by(drill_run.c.device, drill_run.c.drill)
        .subquery()
    )
    asked = (
        select(drill_run, device.c.label, team.c.name.label("team_name"))
        .join(
            newest,
            (newest.c.device == drill_run.c.device)
            & (newest.c.drill == drill_run.c.drill)
            & (newest.c.at == drill_run.c.began_at),
        )
        .join(device, device.c.id == drill_run.c.device)
        .join(team, team.c.id == device.c.team)
        .where(device.c.status != devices.RETIRED)
        .order_by(drill_run.c.outcome != FAILED, drill_run.c.ended_at.desc(), drill_run.c.run)
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    return [
        Last(
            device=row.device,
            desk=row.label,
            team=row.team_name,
            drill=row.drill,
            outcome=row.outcome,
            why=row.why,
            at=row.ended_at,
            noticed_ms=row.noticed_ms,
            receipt_ms=row.receipt_ms,
        )
        for row in connection.execute(asked)
    ]


def by_team(runs: Iterable[Last], now: float) -> list[Group]:
    """Return the runs by team, those with failures first."""
    return _groups(((one.team, one) for one in runs), now)


def by_drill(runs: Iterable[Last], now: float) -> list[Group]:
    """Return the runs by drill, those with failures first."""
    return _groups(((one.drill, one) for one in runs), now)


def ask(connection: Connection, drills: Sequence[str], teams: Scope, by: str, now: float) -> int:
    """Ask the desks of these teams, None for all, for drills; give how many desks are asked."""
    connection.execute(delete(drill_asked).where(drill_asked.c.asked_at < now - WAITS))
    asked = select(device.c.id).where(device.c.status == devices.ACTIVE)
    if teams is not None:
        asked = asked.where(device.c.team.in_(teams))
    ids = sorted(connection.scalars(asked))
    rows = [
        {"device": id_, "drill": drill, "asked_by": by, "asked_at": now}
        for id_ in ids
        for drill in drills
    ]
    if rows:
        connection.execute(upsert(connection, drill_asked).on_conflict_do_nothing(), rows)
    return len(ids)


def asked_for(connection: Connection, now: float) -> dict[str, tuple[str, ...]]:
    """Return the drills that each desk is still asked for."""
    rows = connection.execute(
        select(drill_asked.c.device, drill_asked.c.drill)
        .where(drill_asked.c.asked_at >= now - WAITS)
        .order_by(drill_asked.c.device, drill_asked.c.drill)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.device].append(row.drill)
    return {id_: tuple(every) for id_, every in found.items()}


def _groups(named: Iterable[tuple[str, Last]], now: float) -> list[Group]:
    every: dict[str, list[Last]] = defaultdict(list)
    for name, one in named:
        every[name].append(one)
    made = [_group(name, runs, now) for name, runs in every.items()]
    return sorted(made, key=lambda one: (-one.failed, -one.late, one.name))


def _group(name: str, runs: Sequence[Last], now: float) -> Group:
    outcomes = [one.outcome for one in runs]
    noticed = [one.noticed_ms for one in runs if one.noticed_ms is not None]
    passed, failed = outcomes.count(PASSED), outcomes.count(FAILED)
    return Group(
        name=name,
        desks=len({one.device for one in runs}),
        passed=passed,
        failed=failed,
        elsewhere=len(runs) - passed - failed,
        late=sum(now - one.at >= LATE for one in runs),
        newest=max(one.at for one in runs),
        usual=round(median(noticed)) if noticed else None,
        slowest=max(noticed, default=None),
    )
