"""Exceptions as their page shows them: what holds, where, until when, and what it costs.

The cost is desks times hours in which nothing is done about what is found, up to now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    true,
)

from agentguard.server.roles import Scope
from agentguard.server.store.reports.exceptions import ASKED, DESK, RUNNING
from agentguard.server.store.schema.exception_tables import (
    exception,
    exception_act,
    exception_desk,
)
from agentguard.server.store.schema.floor_tables import team_place
from agentguard.server.store.schema.tables import device, team

HOUR = 3600.0
KINDS = ("now", "over")
MOST = 200
"""Lines of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An exception: `desks` counts where it holds or held, `taken` where the desk has said so.

    Of desks that may not be seen nothing is counted.
    `hours` are desk hours until now, `ahead` those that are left; `proved` counts the desks whose
    control passed after the end. `by` is empty where a desk asked. `present` is how a single desk
    is called now, which may have been moved; empty for other places.
    """

    id: str
    control: str
    scope: str
    named: str
    present: str
    reason: str
    instead: str
    worst: str
    new_desks: bool
    state: str
    asked_at: float
    since: float | None
    until: float
    ended_at: float | None
    why: str
    two_persons: bool
    asked_by: str
    ruled_by: str
    desks: int
    taken: int
    proved: int
    hours: float
    ahead: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one control's exceptions cost now: desks that go unguarded, until when at the latest."""

    control: str
    desks: int
    until: float
    hours: float


def lines(connection: Connection, scope: Scope, now: float, *, over: bool) -> list[Line]:
    """Return what waits and holds, what waits first; or what is over, the newest first."""
    open_ = exception.c.state.in_((ASKED, RUNNING))
    order = (
        [exception.c.asked_at.desc()]
        if over
        else [exception.c.state.asc(), exception.c.until, exception.c.id]
    )
    asked = (
        _seen(_whole(now, scope), scope)
        .where(~open_ if over else open_)
        .order_by(*order)
        .limit(MOST)
    )
    return [_line(row) for row in connection.execute(asked)]


def one(connection: Connection, id_: str, scope: Scope, now: float) -> Line | None:
    """Return an exception that may be seen."""
    asked = _seen(_whole(now, scope), scope).where(exception.c.id == id_)
    row = connection.execute(asked).first()
    return _line(row) if row is not None else None


def beyond(connection: Connection, lines: Sequence[Line], scope: Scope) -> frozenset[str]:
    """Return the ids of those that are about desks of other teams as well, which may not be seen.

    Who answers for some of the teams alone decides nothing about these.
    """
    if scope is None or not lines:
        return frozenset()
    mine, ids = tuple(sorted(scope)), [one.id for one in lines]
    elsewhere = select(exception_desk.c.exception).join(
        device, device.c.id == exception_desk.c.device
    )
    held = elsewhere.where(
        exception_desk.c.exception.in_(ids),
        exception_desk.c.ended_at.is_(None),
        device.c.team.not_in(mine),
    )
    at_site = (
        select(exception.c.id)
        .join(team_place, cast(team_place.c.site, String) == exception.c.place)
        .where(exception.c.id.in_(ids), exception.c.scope == "site", team_place.c.team.not_in(mine))
    )
    return frozenset(connection.scalars(held.union(at_site)))


def cost(connection: Connection, scope: Scope, now: float) -> list[Cost]:
    """Return how many desks go unguarded now, by control, that of most desk hours first."""
    going = and_(
        exception.c.state == RUNNING, exception_desk.c.until > now, exception_desk.c.since <= now
    )
    asked = (
        select(
            exception_desk.c.control,
            func.count(exception_desk.c.device.distinct()).label("desks"),
            func.max(exception_desk.c.until).label("until"),
            func.sum(exception_desk.c.until - exception_desk.c.since).label("seconds"),
        )
        .join(exception, exception.c.id == exception_desk.c.exception)
        .join(device, device.c.id == exception_desk.c.device)
        .where(going, exception_desk.c.ended_at.is_(None))
        .group_by(exception_desk.c.control)
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    rows = [
        Cost(control=row.control, desks=row.desks, until=row.until, hours=float(row.seconds) / HOUR)
        for row in connection.execute(asked)
    ]
    return sorted(rows, key=lambda each: (-each.hours, each.control))


def _whole(now: float, scope: Scope) -> Select[Any]:
    """Return exceptions with sums over their desks that may be seen, and over no others."""
    over = case((exception_desk.c.until < now, exception_desk.c.until), else_=now)
    spent = case((over > exception_desk.c.since, over - exception_desk.c.since), else_=0.0)
    left = case((exception_desk.c.until > now, exception_desk.c.until - now), else_=0.0)
    sums = (
        select(
            exception_desk.c.exception,
            func.count().label("desks"),
            func.count(exception_desk.c.taken_at).label("taken"),
            func.count(exception_desk.c.proved_at).label("proved"),
            func.sum(spent).label("spent"),
            func.sum(left).label("left"),
        )
        .where(_own(scope))
        .group_by(exception_desk.c.exception)
        .subquery()
    )
    return select(
        exception,
        _by("asked").label("asked_by"),
        _by("approved", "refused").label("ruled_by"),
        sums.c.desks,
        sums.c.taken,
        sums.c.proved,
        sums.c.spent,
        sums.c.left,
        device.c.label,
        team.c.name.label("team_name"),
    ).select_from(
        exception.outerjoin(sums, sums.c.exception == exception.c.id)
        .outerjoin(device, and_(exception.c.scope == DESK, device.c.id == exception.c.place))
        .outerjoin(team, team.c.id == device.c.team)
    )


def _own(scope: Scope) -> ColumnElement[bool]:
    if scope is None:
        return true()
    return exception_desk.c.device.in_(select(device.c.id).where(device.c.team.in_(scope)))


def _by(*acts: str) -> Any:
    return (
        select(func.max(exception_act.c.by))
        .where(exception_act.c.exception == exception.c.id, exception_act.c.act.in_(acts))
        .correlate(exception)
        .scalar_subquery()
    )


def _seen(asked: Select[Any], scope: Scope) -> Select[Any]:
    """Leave those that are about desks which may be seen."""
    if scope is None:
        return asked
    own = select(device.c.id).where(device.c.team.in_(scope))
    held = select(exception_desk.c.exception).where(exception_desk.c.device.in_(own))
    teams = [str(each) for each in sorted(scope)]
    return asked.where(
        or_(
            exception.c.id.in_(held),
            and_(exception.c.scope == "desk", exception.c.place.in_(own)),
            and_(exception.c.scope == "team", exception.c.place.in_(teams)),
        )
    )


def _line(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        control=row.control,
        scope=row.scope,
        named=row.named,
        present=f"{row.label} ({row.team_name})" if row.label else "",
        reason=row.reason,
        instead=row.compensating,
        worst=row.severity,
        new_desks=row.new_desks,
        state=row.state,
        asked_at=row.asked_at,
        since=row.since,
        until=row.until,
        ended_at=row.ended_at,
        why=row.ended_why,
        two_persons=row.two_persons,
        asked_by=row.asked_by or "",
        ruled_by=row.ruled_by or "",
        desks=row.desks or 0,
        taken=row.taken or 0,
        proved=row.proved or 0,
        hours=float(row.spent or 0) / HOUR,
        ahead=float(row.left or 0) / HOUR,
    )
