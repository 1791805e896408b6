"""What waits for the desktop team, or for supervisors: open findings that no agent can mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, or_, select, true

from agentguard.server.roles import Scope
from agentguard.server.store.desks.desk_status import SEVERITIES
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.schema.tables import device, finding, team

OWNERS = ("team", "supervisor")
"""Whose queues there are, as desks report them."""

_PARAMS = msgspec.json.Decoder(dict[str, str | int])
_WORST = case(
    {name: place for place, name in enumerate(SEVERITIES)},
    value=finding.c.severity,
    else_=len(SEVERITIES),
)
_SAID = (finding.c.check, finding.c.message, finding.c.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which findings: of whom, at which teams' desks, of one control (empty for all).

    `text` is a part of a desk's name or of what the finding names; `titled` are the controls whose
    name has that part as well.
    """

    owner: str
    teams: Scope
    check: str = ""
    text: str = ""
    titled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing that is to be mended: what, how bad, at how many desks, since when at most."""

    check: str
    message: str
    params: dict[str, str | int]
    severity: str
    desks: int
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """It at one desk."""

    device: str
    desk: str
    team: str
    check: str
    message: str
    params: dict[str, str | int]
    severity: str
    place: str
    since: float


def counts(connection: Connection, teams: Scope) -> dict[str, int]:
    """Count the open findings of each queue."""
    many = func.count().label("many")
    asked = _joined(select(finding.c.owner, many)).where(
        finding.c.owner.in_(OWNERS), _open(), _seen(teams)
    )
    found = {row.owner: row.many for row in connection.execute(asked.group_by(finding.c.owner))}
    return {owner: found.get(owner, 0) for owner in OWNERS}


def controls(connection: Connection, wanted: Wanted) -> list[str]:
    """Return the controls that have something in a queue, by their ids."""
    asked = _joined(select(finding.c.check).distinct()).where(
        finding.c.owner == wanted.owner, _open(), _seen(wanted.teams)
    )
    return sorted(connection.scalars(asked))


def how_many(connection: Connection, wanted: Wanted) -> int:
    """Count the things of a queue."""
    grouped = _among(select(*_SAID), wanted).group_by(*_SAID).subquery()
    return connection.scalar(select(func.count()).select_from(grouped)) or 0


def things(connection: Connection, wanted: Wanted, *, start: int, limit: int) -> list[Thing]:
    """Return the things of a queue, the most dangerous first, of these the oldest."""
    worst = func.min(_WORST).label("worst")
    desks = func.count(finding.c.device.distinct()).label("desks")
    since = func.min(finding.c.opened_at).label("since")
    rows = connection.execute(
        _among(select(*_SAID, worst, desks, since), wanted)
        .group_by(*_SAID)
        .order_by(worst, since, finding.c.check, finding.c.message, finding.c.params)
        .offset(start)
        .limit(limit)
    )
    return [
        Thing(
            check=row.check,
            message=row.message,
            params=_PARAMS.decode(row.params),
            severity=(*SEVERITIES, "")[row.worst],
            desks=row.desks,
            since=row.since,
        )
        for row in rows
    ]


def how_many_desks(connection: Connection, wanted: Wanted) -> int:
    """Count the findings of a queue, each at its desk."""
    asked = _among(select(func.count().label("many")), wanted)
    return connection.scalar(asked) or 0


def at_desks(connection: Connection, wanted: Wanted, *, start: int, limit: int) -> list[At]:
    """Return the findings of a queue desk by desk, the most dangerous first, then the oldest."""
    rows = connection.execute(
        _among(select(finding, device.c.label, team.c.name.label("team_name")), wanted)
        .order_by(_WORST, finding.c.opened_at, finding.c.id)
        .offset(start)
        .limit(limit)
    )
    return [_at(row) for row in rows]


def _at(row: Row[tuple[object, ...]]) -> At:
    return At(
        device=row.device,
        desk=row.label,
        team=row.team_name,
        check=row.check,
        message=row.message,
        params=_PARAMS.decode(row.params),
        severity=row.severity,
        place=row.place,
        since=row.opened_at,
    )


def _among(asked: Select[tuple[object, ...]], wanted: Wanted) -> Select[tuple[object, ...]]:
    conditions: Sequence[ColumnElement[bool]] = (
        finding.c.owner == wanted.owner,
        _open(),
        _seen(wanted.teams),
        finding.c.check == wanted.check if wanted.check else true(),
        _named(wanted) if wanted.text else true(),
    )
    return _joined(asked).where(*conditions)


def _named(wanted: Wanted) -> ColumnElement[bool]:
    return or_(
        device.c.label.icontains(wanted.text, autoescape=True),
        finding.c.params.icontains(wanted.text, autoescape=True),
        finding.c.check.in_(wanted.titled),
    )


def _joined(asked: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        asked.select_from(finding)
        .join(device, device.c.id == finding.c.device)
        .join(team, team.c.id == device.c.team)
    )


def _open() -> ColumnElement[bool]:
    return finding.c.closed_at.is_(None) & device.c.status.not_in((RETIRED, PENDING))


def _seen(teams: Scope) -> ColumnElement[bool]:
    return true() if teams is None else device.c.team.in_(teams)
