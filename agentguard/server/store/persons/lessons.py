"""The lessons of people: what desks tell is joined, so that its order and number do not matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, text, update

from agentguard.server.store.schema.lesson_tables import person_lesson

DAY = 86400.0
MOST = 400
"""Lessons that are kept of one person; a desk may be a stranger's program that makes them up."""

# In one statement each: two desks may tell of the same person at the same time.
_DONE = text("""
INSERT INTO lesson_done (person, lesson, day, device, at, title, version)
VALUES (:person, :lesson, :day, :device, :at, :title, :version)
ON CONFLICT (person, lesson, day) DO NOTHING
""")
_STAND = text("""
INSERT INTO person_lesson (person, lesson, device, title, measure, version, known_at, done_at,
    comes_at, due_at, asked, told_at)
VALUES (:person, :lesson, :device, :title, :measure, :version, :known_at, :done_at,
    :comes_at, :due_at, :asked, :told_at)
ON CONFLICT (person, lesson) DO NOTHING
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A lesson as a desk tells it; `done` is None for never."""

    lesson: str
    title: str
    measure: int
    version: int
    every_days: int
    days: int
    known: float
    done: float | None
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A lesson as it is known of a person from all desks."""

    lesson: str
    known: float
    done: float | None


def settle(
    connection: Connection, person: str, device: str, told: Sequence[Told], now: float
) -> list[Known]:
    """Join what a desk tells of a person with what is known; return that.

    Nothing is dated ahead of now. A lesson that is new here has begun no longer ago than its days,
    so that a desk whose clock stands years behind makes nobody late.
    """
    before = {row.lesson: row for row in _rows(connection, person)}
    room = MOST - len(before)
    for one in told:
        row = before.get(one.lesson)
        if row is None and room <= 0:
            continue
        room -= row is None
        _settle(connection, person, device, _plausible(one, now), now)
    if told:
        said = [one.lesson for one in told]
        gone = (person_lesson.c.person == person, person_lesson.c.lesson.not_in(said))
        connection.execute(update(person_lesson).where(*gone).values(asked=False))
    return [
        Known(lesson=row.lesson, known=row.known_at, done=row.done_at)
        for row in _rows(connection, person)
    ]


def _rows(connection: Connection, person: str) -> Sequence[Row[Any]]:
    asked = select(person_lesson).where(person_lesson.c.person == person)
    return connection.execute(asked.order_by(person_lesson.c.lesson)).all()


def _plausible(one: Told, now: float) -> Told:
    known = min(max(one.known, now - one.days * DAY), now)
    done = None if one.done is None else min(one.done, now)
    return Told(
        lesson=one.lesson, title=one.title, measure=one.measure, version=one.version,
        every_days=one.every_days, days=one.days, asked=one.asked, known=known, done=done,
    )  # fmt: skip


def _settle(connection: Connection, person: str, device: str, one: Told, now: float) -> None:
    which = {"person": person, "lesson": one.lesson}
    if one.done is not None:
        done = {"day": int(one.done // DAY), "at": one.done, "device": device}
        said = {"title": one.title, "version": one.version}
        connection.execute(_DONE, {**which, **done, **said})
    connection.execute(_STAND, {**which, **_values(one, device, one.known, one.done, now)})
    mine = (person_lesson.c.person == person, person_lesson.c.lesson == one.lesson)
    locked = select(person_lesson.c.known_at, person_lesson.c.done_at).where(*mine)
    row = connection.execute(locked.with_for_update()).one()
    known = min(row.known_at, one.known)
    both = [at for at in (row.done_at, one.done) if at is not None]
    values = _values(one, device, known, max(both, default=None), now)
    connection.execute(update(person_lesson).where(*mine).values(**values))


def _values(
    one: Told, device: str, known: float, done: float | None, now: float
) -> dict[str, object]:
    comes = known if done is None else done + one.every_days * DAY
    return {
        "device": device,
        "title": one.title,
        "measure": one.measure,
        "version": one.version,
        "known_at": known,
        "done_at": done,
        "comes_at": comes,
        "due_at": comes + one.days * DAY,
        "asked": one.asked,
        "told_at": now,
    }
