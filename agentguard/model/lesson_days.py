"""When a lesson of a person is due, and how it stands: read off the calendar, nothing else.

All times are wall seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agentguard.model.facts import LessonRecord

DAY = 86_400.0
HOUR = 3_600.0
FIRST_WEEK = 7 * DAY
"""For so long after the first lesson a person is new here."""


class Stage(StrEnum):
    """How a lesson stands with a person."""

    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathDay:
    """What a person learns on one day of the first week."""

    day: int = field(
        default=1,
        metadata={"doc": "The day, from 1 for the first at any desk.", "min": 1, "max": 7},
    )
    lessons: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Ids of the lessons that are offered on this day.", "max": 20},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How one lesson stands: to be done by `due`; `done` is when it last was, None for never."""

    lesson: str
    title: str
    stage: Stage
    due: float
    done: float | None = None


def comes(record: LessonRecord) -> float:
    """Return when a lesson comes up: at once, or `every_days` after it was done."""
    if record.answered is None:
        return record.known
    return record.answered + record.every_days * DAY


def due(record: LessonRecord, grace_days: int) -> float:
    """Return by when a lesson is to be done: its own days after it comes up, else `grace_days`."""
    days = grace_days if record.due_days is None else record.due_days
    return comes(record) + days * DAY


def stand(record: LessonRecord, now: float, grace_days: int) -> Day:
    """Return how a lesson stands."""
    by = due(record, grace_days)
    stage = Stage.OPEN if now >= comes(record) else Stage.DONE
    if now > by:
        stage = Stage.OVERDUE
    return Day(lesson=record.lesson, title=record.title, stage=stage, due=by, done=record.answered)


def of_person(records: Iterable[LessonRecord]) -> tuple[LessonRecord, ...]:
    """Return the lessons that are for this person: those for new starters only in the first week.

    Who begins meets them with the first lesson of all; who was here before they came does not.
    """
    every = tuple(records)
    start = min((one.known for one in every), default=0.0)
    return tuple(one for one in every if not one.starters or one.known - start <= FIRST_WEEK)


def reminders(
    record: LessonRecord,
    start: float,
    *,
    grace_days: int,
    before: Sequence[int],
    path: Sequence[PathDay],
) -> list[float]:
    """Return when a lesson is offered: on its day of the first week, and days `before` it is due.

    `start` is the person's first day. Nothing is offered once it was to be done: then it stands in
    To do.
    """
    by, up = due(record, grace_days), comes(record)
    found = [by - one * DAY for one in before]
    if record.answered is None and record.known - start <= FIRST_WEEK:
        found.extend(
            start + (one.day - 1) * DAY + HOUR for one in path if record.lesson in one.lessons
        )
    return sorted(one for one in found if up <= one < by)
