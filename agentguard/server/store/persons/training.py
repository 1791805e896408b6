"""How the lessons of people stand, by team: people are counted, never what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, true

from agentguard.server.roles import Scope
from agentguard.server.store.schema.lesson_tables import lesson_done, person_lesson
from agentguard.server.store.schema.tables import device, team

DAY = 86400.0
YEAR = 365 * DAY
MOST = 200
"""People that are listed as late, those for the longest time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The people of a team: all, with everything done, with something due, with something late."""

    name: str
    people: int
    done: int
    due: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson: of how many people it is asked, how many have it done, are to do it, are late."""

    lesson: str
    title: str
    measure: int
    people: int
    done: int
    due: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A lesson that a person should have done by `due`."""

    person: str
    team: str
    lesson: str
    title: str
    due: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """A lesson of one person: due by `due`, done on the day `done`, None for never."""

    lesson: str
    title: str
    due: float
    done: float | None
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """For PCI DSS 12.6.3: people, and of whom each lesson is acknowledged within twelve months."""

    people: int
    within: int
    acknowledged: int


def _late(now: float) -> ColumnElement[bool]:
    return person_lesson.c.due_at < now


def _due(now: float) -> ColumnElement[bool]:
    return and_(person_lesson.c.due_at >= now, person_lesson.c.comes_at <= now)


def _seen(scope: Scope) -> ColumnElement[bool]:
    mine = true() if scope is None else device.c.team.in_(scope)
    return and_(person_lesson.c.asked.is_(True), mine)


def _yes(what: ColumnElement[bool]) -> ColumnElement[int]:
    return case((what, 1), else_=0)


def teams(connection: Connection, scope: Scope, now: float) -> list[Team]:
    """Return the teams in whose desks' policies lessons are asked, those with late people first."""
    each = (
        select(
            person_lesson.c.person,
            team.c.name,
            func.max(_yes(_late(now))).label("late"),
            func.max(_yes(_due(now))).label("due"),
        )
        .join(device, device.c.id == person_lesson.c.device)
        .join(team, team.c.id == device.c.team)
        .where(_seen(scope))
        .group_by(person_lesson.c.person, team.c.name)
        .subquery()
    )
    late, due = each.c.late, case((each.c.late == 1, 0), else_=each.c.due)
    asked = select(each.c.name, func.count(), func.sum(due), func.sum(late)).group_by(each.c.name)
    found = [
        Team(name=name, people=many, done=many - int(due) - int(late), due=int(due), late=int(late))
        for name, many, due, late in connection.execute(asked)
    ]
    return sorted(found, key=lambda one: (-one.late, one.name))


def by_lesson(connection: Connection, scope: Scope, now: float) -> list[Lesson]:
    """Return each lesson that is asked, in the order of the measures."""
    asked = (
        select(
            person_lesson.c.lesson,
            func.max(person_lesson.c.title),
            func.max(person_lesson.c.measure),
            func.count(),
            func.sum(_yes(_due(now))),
            func.sum(_yes(_late(now))),
        )
        .join(device, device.c.id == person_lesson.c.device)
        .where(_seen(scope))
        .group_by(person_lesson.c.lesson)
    )
    found = [
        Lesson(
            lesson=lesson, title=title, measure=measure, people=many,
            done=many - int(due) - int(late), due=int(due), late=int(late),
        )
        for lesson, title, measure, many, due, late in connection.execute(asked)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.measure, one.lesson))


def late(connection: Connection, scope: Scope, now: float) -> list[Late]:
    """Return who is late, by pseudonym, the latest first."""
    asked = (
        select(
            person_lesson.c.person, team.c.name, person_lesson.c.lesson,
            person_lesson.c.title, person_lesson.c.due_at,
        )
        .join(device, device.c.id == person_lesson.c.device)
        .join(team, team.c.id == device.c.team)
        .where(_seen(scope), _late(now))
        .order_by(person_lesson.c.due_at, person_lesson.c.person, person_lesson.c.lesson)
        .limit(MOST)
    )  # fmt: skip
    return [
        Late(person=person, team=name, lesson=lesson, title=title, due=due)
        for person, name, lesson, title, due in connection.execute(asked)
    ]


def of_person(connection: Connection, person: str, scope: Scope, now: float) -> list[Mine]:
    """Return how each lesson of a person stands."""
    asked = (
        select(person_lesson)
        .join(device, device.c.id == person_lesson.c.device)
        .where(_seen(scope), person_lesson.c.person == person)
        .order_by(person_lesson.c.measure, person_lesson.c.lesson)
    )
    return [
        Mine(
            lesson=row.lesson, title=row.title, due=row.due_at, done=row.done_at,
            stage=_stage(row, now),
        )
        for row in connection.execute(asked)
    ]  # fmt: skip


def _stage(row: Any, now: float) -> str:
    if row.due_at < now:
        return "late"
    return "due" if row.comes_at <= now else "done"


def evidence(connection: Connection, scope: Scope, now: float) -> Evidence:
    """Return of how many people every lesson that is asked was acknowledged in twelve months."""
    lacks = or_(person_lesson.c.done_at.is_(None), person_lesson.c.done_at < now - YEAR)
    each = (
        select(person_lesson.c.person, func.max(_yes(lacks)).label("lacks"))
        .join(device, device.c.id == person_lesson.c.device)
        .where(_seen(scope))
        .group_by(person_lesson.c.person)
        .subquery()
    )
    many, lacking = connection.execute(select(func.count(), func.sum(each.c.lacks))).one()
    done = (
        select(func.count())
        .select_from(lesson_done)
        .join(device, device.c.id == lesson_done.c.device)
        .where(
            lesson_done.c.at >= now - YEAR,
            true() if scope is None else device.c.team.in_(scope),
        )
    )
    acknowledged = int(connection.scalar(done) or 0)
    return Evidence(people=many, within=many - int(lacking or 0), acknowledged=acknowledged)
