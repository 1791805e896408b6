"""Findings with how they stand with people: filtered, sorted, and one by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    true,
    union,
)

from agentguard.server.roles import Scope
from agentguard.server.store.desks.desk_status import LIVE, SEVERITIES
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.floor import fleet_findings
from agentguard.server.store.reports.care import PROVED
from agentguard.server.store.schema.care_tables import finding_care, saved_view
from agentguard.server.store.schema.exception_tables import exception_desk
from agentguard.server.store.schema.place_tables import open_finding
from agentguard.server.store.schema.tables import device, finding, team

STATES = ("open", "working", "accepted", "false-alarm", "done", "proved")
SORTS = ("danger", "severity", "desk", "team", "control", "since", "state", "assignee", "due")
DAY = 86400.0
MOST_VIEWS = 30

_PARAMS = msgspec.json.Decoder(dict[str, str | int])
_WORST = case(
    {name: place for place, name in enumerate(SEVERITIES)},
    value=finding.c.severity,
    else_=len(SEVERITIES),
)
_LIVE = case((and_(finding.c.check.in_(LIVE), finding.c.severity.in_(SEVERITIES[:2])), 0), else_=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which findings; None and empty mean every. `older` are days, `now` in wall seconds."""

    teams: Scope
    now: float
    check: str = ""
    severity: str = ""
    state: str = ""
    assignee: str = ""
    desk: str = ""
    text: str = ""
    titled: tuple[str, ...] = ()
    older: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding at its desk, with who sees to it; `excepted` until when, 0 when it is not."""

    id: int
    device: str
    desk: str
    team: str
    check: str
    severity: str
    message: str
    params: dict[str, str | int]
    place: str
    opened_at: float
    closed_at: float | None
    state: str
    assignee: str
    due: float | None
    effect: str
    excepted: float


def count(connection: Connection, wanted: Wanted) -> int:
    """Count the findings."""
    which = _narrow(wanted)
    if which is not None:
        return fleet_findings.count(connection, which)
    many: Select[Any] = select(func.count().label("many"))
    return connection.scalar(_among(many, wanted)) or 0


def by_state(connection: Connection, wanted: Wanted) -> Mapping[str, int]:
    """Count the open findings by how they stand with people.

    Those that nobody has done anything about are what is left of all, however many these are.
    """
    plain = wanted == Wanted(teams=wanted.teams, now=wanted.now)
    told = _by_few(connection, wanted) if plain else None
    if told is not None:
        return told
    state = _state(wanted.now).label("stands")
    states = select(state, func.count().label("many"))
    asked = _among(cast("Select[Any]", states), wanted).group_by(state)
    return {row.stands: row.many for row in connection.execute(asked)}


def found(
    connection: Connection, wanted: Wanted, sort: str, *, down: bool, start: int, limit: int
) -> list[Found]:
    """Return a page of findings by a column; the most dangerous now come first otherwise."""
    which = None if sort in SORTS[1:] else _narrow(wanted)
    if which is not None:
        ids = fleet_findings.listed(connection, which, start=start, limit=limit)
        rows = connection.execute(_joined(_whole(wanted.now)).where(finding.c.id.in_(ids)))
        told = {row.id: _told(row) for row in rows}
        return [told[id_] for id_ in ids if id_ in told]
    asked = _among(_whole(wanted.now), wanted).order_by(*_order(sort, wanted.now, down=down))
    return [_told(row) for row in connection.execute(asked.offset(start).limit(limit))]


def one(connection: Connection, id_: int, scope: Scope, now: float) -> Found | None:
    """Return a finding that may be seen, also a closed one."""
    seen = true() if scope is None else device.c.team.in_(scope)
    row = connection.execute(_joined(_whole(now)).where(finding.c.id == id_, seen)).first()
    return _told(row) if row is not None else None


def views(connection: Connection, user: str) -> list[tuple[str, str]]:
    """Return the saved views of a user: name and what was asked."""
    mine = select(saved_view).where(saved_view.c.user == user).order_by(saved_view.c.name)
    return [(row.name, row.asked) for row in connection.execute(mine)]


def save_view(connection: Connection, user: str, name: str, asked: str) -> bool:
    """Save a view, in the place of one with its name; False without a name, or of very many."""
    name = name.strip()[:60]
    known = {each for each, _ in views(connection, user)}
    if not name or (name not in known and len(known) >= MOST_VIEWS):
        return False
    forget_view(connection, user, name)
    values = {"user": user, "name": name, "asked": asked[:500]}
    connection.execute(insert(saved_view).values(values))
    return True


def forget_view(connection: Connection, user: str, name: str) -> None:
    """Take a saved view away."""
    mine = (saved_view.c.user == user) & (saved_view.c.name == name)
    connection.execute(delete(saved_view).where(mine))


def _until(now: float) -> ColumnElement[float | None]:
    """Return until when the control of a finding is excepted at its desk."""
    return (
        select(func.max(exception_desk.c.until))
        .where(
            exception_desk.c.device == finding.c.device,
            exception_desk.c.control == finding.c.check,
            exception_desk.c.since <= now,
            exception_desk.c.until > now,
            exception_desk.c.ended_at.is_(None),
        )
        .correlate(finding)
        .scalar_subquery()
    )


def _state(now: float) -> ColumnElement[str]:
    excepted = exists().where(
        exception_desk.c.device == finding.c.device,
        exception_desk.c.control == finding.c.check,
        exception_desk.c.since <= now,
        exception_desk.c.until > now,
        exception_desk.c.ended_at.is_(None),
    )
    stands = func.coalesce(finding_care.c.state, literal("open"))
    return case((and_(finding.c.closed_at.is_(None), excepted), literal("accepted")), else_=stands)


def _whole(now: float) -> Select[Any]:
    return select(
        finding,
        device.c.label,
        team.c.name.label("team_name"),
        _state(now).label("stands"),
        _until(now).label("excepted"),
        finding_care.c.assignee,
        finding_care.c.due_at,
        finding_care.c.effect,
    )


def _told(row: Row[Any]) -> Found:
    return Found(
        id=row.id,
        device=row.device,
        desk=row.label,
        team=row.team_name,
        check=row.check,
        severity=row.severity,
        message=row.message,
        params=_PARAMS.decode(row.params),
        place=row.place,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        state=row.stands,
        assignee=row.assignee or "",
        due=row.due_at,
        effect=row.effect or "",
        excepted=row.excepted or 0.0,
    )


def _order(sort: str, now: float, *, down: bool) -> list[ColumnElement[Any]]:
    columns: dict[str, ColumnElement[Any]] = {
        "severity": _WORST,
        "desk": device.c.label,
        "team": team.c.name,
        "control": finding.c.check,
        "since": finding.c.opened_at,
        "state": _state(now),
        "assignee": func.coalesce(finding_care.c.assignee, ""),
        "due": func.coalesce(finding_care.c.due_at, 1e12),
    }
    usual: list[ColumnElement[Any]] = [_LIVE, _WORST, finding.c.opened_at, finding.c.id]
    if sort not in columns:
        return usual
    first = columns[sort]
    return [first.desc() if down else first.asc(), *usual]


def _narrow(wanted: Wanted) -> ColumnElement[bool] | None:
    """Return what is asked for where the narrow table of open findings tells it; None elsewhere."""
    more = (wanted.state, wanted.assignee, wanted.text, wanted.older)
    if any(more) or wanted.severity not in ("", *SEVERITIES):
        return None
    how = {"check": wanted.check, "severity": wanted.severity, "desk": wanted.desk}
    return fleet_findings.of(wanted.teams, **how)


def _by_few(connection: Connection, wanted: Wanted) -> dict[str, int] | None:
    """Count one by one those alone that somebody judged, or that are excepted now."""
    every = fleet_findings.total(connection, wanted.teams)
    state, among = _state(wanted.now).label("stands"), fleet_findings.of(wanted.teams)
    few = _few(wanted.now).subquery("few")
    asked = (
        select(state, func.count().label("many"))
        .select_from(few)
        .join(open_finding, open_finding.c.finding == few.c.finding)
        .join(finding, finding.c.id == few.c.finding)
        .outerjoin(finding_care, finding_care.c.finding == few.c.finding)
        .where(among)
        .group_by(state)
    )
    told = {row.stands: row.many for row in connection.execute(asked)}
    told["open"] = told.get("open", 0) + every - sum(told.values())
    return {name: many for name, many in told.items() if many} if told["open"] >= 0 else None


def _few(now: float) -> CompoundSelect[tuple[int]]:
    """Return the findings that may stand otherwise than open."""
    judged = select(finding_care.c.finding).where(
        text("finding_care.state NOT IN ('open', 'proved')")
    )
    excepted = (
        select(open_finding.c.finding)
        .select_from(exception_desk)
        .join(
            open_finding,
            and_(
                open_finding.c.device == exception_desk.c.device,
                open_finding.c.check == exception_desk.c.control,
            ),
        )
        .where(
            exception_desk.c.until > now,
            exception_desk.c.since <= now,
            exception_desk.c.ended_at.is_(None),
        )
    )
    return union(judged, excepted)


def _joined(asked: Select[Any]) -> Select[Any]:
    return (
        asked.select_from(finding)
        .join(device, device.c.id == finding.c.device)
        .join(team, team.c.id == device.c.team)
        .outerjoin(finding_care, finding_care.c.finding == finding.c.id)
    )


def _among(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [
        device.c.status.not_in((RETIRED, PENDING)),
        finding.c.closed_at.is_not(None)
        if wanted.state == PROVED
        else finding.c.closed_at.is_(None),
    ]
    if wanted.teams is not None:
        conditions.append(device.c.team.in_(wanted.teams))
    for column, value in (
        (finding.c.check, wanted.check),
        (finding.c.severity, wanted.severity),
        (finding.c.device, wanted.desk),
        (finding_care.c.assignee, wanted.assignee),
        (_state(wanted.now), wanted.state),
    ):
        if value:
            conditions.append(column == value)
    if wanted.older:
        conditions.append(finding.c.opened_at < wanted.now - wanted.older * DAY)
    if wanted.text:
        conditions.append(_named(wanted))
    return _joined(asked).where(*conditions)


def _named(wanted: Wanted) -> ColumnElement[bool]:
    return or_(
        device.c.label.icontains(wanted.text, autoescape=True),
        finding.c.params.icontains(wanted.text, autoescape=True),
        finding.c.place.icontains(wanted.text, autoescape=True),
        finding.c.check.in_(wanted.titled),
    )
