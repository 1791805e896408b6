"""Open findings of desks that may be seen: by control, and by what they say.

They are read from the narrow table that triggers keep of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true

from agentguard.server.roles import Scope
from agentguard.server.store.desks.desk_status import SEVERITIES
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.floor import finding_counts
from agentguard.server.store.floor.finding_counts import LATER, Kept
from agentguard.server.store.schema.place_tables import open_finding
from agentguard.server.store.schema.tables import device, finding, team

_PARAMS = msgspec.json.Decoder(dict[str, str | int])
_OPEN = finding.c.closed_at.is_(None)
_KEPT = open_finding.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A control that fails somewhere: how often, at how many desks, since when at the longest."""

    check: str
    severity: str
    many: int
    desks: int
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One sentence that is true of several desks."""

    check: str
    message: str
    params: dict[str, str | int]
    desks: int
    since: float


def kinds(connection: Connection, teams: Scope) -> list[Kind]:
    """Return the controls that have open findings, the worst first."""
    every = sorted(
        by_check(connection, teams),
        key=lambda one: (one.worst, -one.desks, one.check),
    )
    return [
        Kind(
            check=one.check,
            severity=(*SEVERITIES, "")[one.worst],
            many=one.many,
            desks=one.desks,
            since=one.since,
        )
        for one in every
    ]


def facts(connection: Connection, teams: Scope, checks: Sequence[str]) -> list[Fact]:
    """Return what the open findings of some controls say, that of most desks first."""
    said = (finding.c.check, finding.c.message, finding.c.params)
    desks = func.count(finding.c.device.distinct()).label("desks")
    since = func.min(finding.c.opened_at).label("since")
    rows = connection.execute(
        _among(select(*said, desks, since), teams)
        .where(finding.c.check.in_(checks))
        .group_by(*said)
        .order_by(desks.desc(), since)
        .limit(500)
    )
    return [
        Fact(
            check=row.check,
            message=row.message,
            params=_PARAMS.decode(row.params),
            desks=row.desks,
            since=row.since,
        )
        for row in rows
    ]


def by_team(connection: Connection, teams: Scope, check: str) -> dict[str, int]:
    """Count the desks of each team where a control fails."""
    rows = connection.execute(
        _among(select(team.c.name, func.count(finding.c.device.distinct()).label("desks")), teams)
        .where(finding.c.check == check)
        .group_by(team.c.name)
        .order_by(team.c.name)
    )
    return {row.name: row.desks for row in rows}


def _among(asked: Select[tuple[object, ...]], teams: Scope) -> Select[tuple[object, ...]]:
    seen: ColumnElement[bool] = true() if teams is None else device.c.team.in_(teams)
    return (
        asked.select_from(finding)
        .join(device, device.c.id == finding.c.device)
        .join(team, team.c.id == device.c.team)
        .where(and_(_OPEN, device.c.status.not_in((RETIRED, PENDING)), seen))
    )


def of(teams: Scope, *, check: str = "", severity: str = "", desk: str = "") -> ColumnElement[bool]:
    """Return the condition; empty means every, `severity` is one of `SEVERITIES`."""
    place = SEVERITIES.index(severity) if severity else 0
    asked: list[ColumnElement[bool]] = []
    if teams is not None:
        asked.append(_KEPT.team.in_(teams))
    if check:
        asked.append(_KEPT.check == check)
    if severity:
        asked.append(_KEPT.danger.in_((place, place + LATER)))
    if desk:
        asked.append(_KEPT.device == desk)
    return and_(true(), *asked)


def count(connection: Connection, which: ColumnElement[bool]) -> int:
    """Count them one by one."""
    return connection.scalar(select(func.count()).select_from(open_finding).where(which)) or 0


def listed(
    connection: Connection, which: ColumnElement[bool], *, start: int, limit: int
) -> list[int]:
    """Return the ids of a page of them, the most dangerous now first."""
    order = (_KEPT.danger, _KEPT.opened_at, _KEPT.finding)
    asked = select(_KEPT.finding).where(which).order_by(*order)
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
            _KEPT.check,
            func.min(_KEPT.danger % LATER).label("worst"),
            func.count().label("many"),
            func.count(_KEPT.device.distinct()).label("desks"),
            func.min(_KEPT.opened_at).label("since"),
        )
        .where(of(teams))
        .group_by(_KEPT.check)
    )
