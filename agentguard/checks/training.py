"""Every lesson is done in time, again and again, by the person at this desk."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import DAY, Check, belong, few, named, not_read
from agentguard.model.events import Facts
from agentguard.model.facts import TrainingSeen
from agentguard.model.lesson_days import PathDay, Stage, of_person, stand
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    wrong,
)

FIRST_WEEK = (
    PathDay(day=1, lessons=("lock-screen", "sign-in-codes")),
    PathDay(day=2, lessons=("card-data", "clipboard")),
    PathDay(day=3, lessons=("remote-help", "say-it-early")),
    PathDay(day=4, lessons=("fifteen-seconds", "free-tools")),
    PathDay(day=5, lessons=("open-window", "black-box", "full-drawer")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which lessons are to be done, by when, and when they are offered."""

    lessons: tuple[str, ...] = field(
        default=("*",), metadata={"doc": "Ids of the lessons that are due (* for all)."}
    )
    grace_days: int = field(
        default=14,
        metadata={
            "doc": "Days that a person has for a lesson from the day on which it comes up; then it "
            "is a finding. A lesson may give days of its own.",
            "min": 0,
            "max": 365,
        },
    )
    remind_days: tuple[int, ...] = field(
        default=(7, 1),
        metadata={
            "doc": "Days before a lesson is due on which it is offered; nobody is reminded after "
            "it. An empty list offers none.",
            "max": 5,
        },
    )
    first_week: tuple[PathDay, ...] = field(
        default=FIRST_WEEK,
        metadata={"doc": "Which lessons new starters are offered on which day.", "max": 7},
    )


def judge(event: TrainingSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Expect each lesson of the person to be done by its day."""
    if event.unread:
        return not_read(event)
    mine = [r for r in of_person(event.lessons) if named(r.lesson, settings.lessons)]
    if not mine:
        return not_applicable("training.none")
    days = [stand(record, event.at.wall, settings.grace_days) for record in mine]
    late = [one for one in days if one.stage is Stage.OVERDUE]
    if late:
        titles = few(one.title or one.lesson for one in late)
        first = min(late, key=lambda one: (one.due, one.lesson))
        return wrong("training.overdue", count=len(late), lessons=titles, lesson=first.lesson)
    still = [one.due for one in days if one.stage is Stage.OPEN]
    if still:
        left = int((min(still) - event.at.wall) // DAY)
        return passed("training.due", count=len(still), days=left)
    return passed("training.done", count=len(mine))


CHECK = Check(
    id="training",
    measure=3,
    severity=Severity.LOW,
    on=(TrainingSeen,),
    settings=Settings,
    judge=judge,
    fresh=2 * DAY,
    lessons=("fifteen-seconds",),
    owners=belong(Owner.PERSON, "training.overdue"),
)
