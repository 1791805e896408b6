"""Open findings of all desks that may be seen: by control, and by what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true

from agentguard.server.roles import Scope
from agentguard.server.store.desks.desk_status import SEVERITIES
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.floor import open_findings
from agentguard.server.store.schema.tables import device, finding, team

_PARAMS = msgspec.json.Decoder(dict[str, str | int])
_OPEN = finding.c.closed_at.is_(None)


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
        open_findings.by_check(connection, teams),
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
