"""Made-up days of the lessons that ship: one overdue, some to do, some done."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from agentguard.base import lessons
from agentguard.model.lesson_days import Day, Stage
from agentguard.model.lessons import Lesson
from tools.gallery.data import DAY, NOON

LESSONS: tuple[Lesson, ...] = lessons.load()


def days(done: AbstractSet[str] = frozenset()) -> tuple[Day, ...]:
    """Return how each stands; those of `done` were done just now."""
    return tuple(
        _done(one, 0.0) if one.id in done else _stand(number, one)
        for number, one in enumerate(LESSONS)
    )


def _stand(number: int, one: Lesson) -> Day:
    if number == 0:
        stage, due = Stage.OVERDUE, NOON.wall - 2 * DAY
    elif number < 4:  # noqa: PLR2004 - a few to do
        stage, due = Stage.OPEN, NOON.wall + number * DAY
    else:
        return _done(one, number * 20 * DAY)
    return Day(lesson=one.id, title=one.title, stage=stage, due=due)


def _done(one: Lesson, ago: float) -> Day:
    done = NOON.wall - ago
    due = done + (one.every_days + 14) * DAY
    return Day(lesson=one.id, title=one.title, stage=Stage.DONE, due=due, done=done)
