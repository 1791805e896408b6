"""Open findings of desks that are shown, read from the narrow table that triggers keep of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true

from agentguard.server.roles import Scope
from agentguard.server.store.desks.desk_status import SEVERITIES
from agentguard.server.store.floor import finding_counts
from agentguard.server.store.floor.finding_counts import LATER, Kept
from agentguard.server.store.schema.place_tables import open_finding

_OPEN = open_finding.c


def of(teams: Scope, *, check: str = "", severity: str = "", desk: str = "") -> ColumnElement[bool]:
    """Return the condition; empty means every, `severity` is one of `SEVERITIES`."""
    place = SEVERITIES.index(severity) if severity else 0
    asked: list[ColumnElement[bool]] = []
    if teams is not None:
        asked.append(_OPEN.team.in_(teams))
    if check:
        asked.append(_OPEN.check == check)
    if severity:
        asked.append(_OPEN.danger.in_((place, place + LATER)))
    if desk:
        asked.append(_OPEN.device == desk)
    return and_(true(), *asked)


def count(connection: Connection, which: ColumnElement[bool]) -> int:
    """Count them one by one."""
    return connection.scalar(select(func.count()).select_from(open_finding).where(which)) or 0


def listed(
    connection: Connection, which: ColumnElement[bool], *, start: int, limit: int
) -> list[int]:
    """Return the ids of a page of them, the most dangerous now first."""
    order = (_OPEN.danger, _OPEN.opened_at, _OPEN.finding)
    asked = select(_OPEN.finding).where(which).order_by(*order)
    return list(connection.scalars(asked.offset(start).limit(limit)))


def total(connection: Connection, teams: Scope) -> int:
    """Return how many there are: of all desks as it is kept."""
    if teams is None:
        return sum(one.many for one in by_check(connection, None))
    return count(connection, of(teams))


def by_check(connection: Connection, teams: Scope) -> list[Kept]:
    """Return the controls that have any, with how many there are."""
    kept = finding_counts.kept(connection) if teams is None else None
    if kept is not None:
        return kept
    return [
        Kept(check=row.check, worst=row.worst, many=row.many, desks=row.desks, since=row.since)
        for row in connection.execute(_walked(teams))
    ]


def _walked(teams: Scope) -> Select[Any]:
    return (
        select(
            _OPEN.check,
            func.min(_OPEN.danger % LATER).label("worst"),
            func.count().label("many"),
            func.count(_OPEN.device.distinct()).label("desks"),
            func.min(_OPEN.opened_at).label("since"),
        )
        .where(of(teams))
        .group_by(_OPEN.check)
    )
