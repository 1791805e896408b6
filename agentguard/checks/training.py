"""Every lesson is answered right in time, again and again."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import DAY, Check, few, named
from agentguard.model.events import Facts
from agentguard.model.facts import LessonRecord, TrainingSeen
from agentguard.model.proofs import supports
from agentguard.model.verdicts import Severity, Verdict, not_applicable, passed, unknown, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which lessons are due, and how late is too late."""

    lessons: tuple[str, ...] = field(
        default=("*",), metadata={"doc": "Ids of the lessons that are due (* for all)."}
    )
    grace_days: int = field(
        default=14,
        metadata={"doc": "Days after the due day before it is a finding.", "min": 0, "max": 365},
    )


def judge(event: TrainingSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Expect an answer when a lesson is new here, and `every_days` after a right one."""
    if event.unread:
        return unknown(f"unread.{event.unread}")
    lessons = [r for r in event.lessons if named(r.lesson, settings.lessons)]
    if not lessons:
        return not_applicable("training.none")
    late = [r for r in lessons if event.at.wall > _due(r) + settings.grace_days * DAY]
    if late:
        titles, first = few(r.title or r.lesson for r in late), min(r.lesson for r in late)
        return wrong("training.overdue", count=len(late), lessons=titles, lesson=first)
    due = [r.lesson for r in lessons if event.at.wall >= _due(r)]
    if due:
        return passed("training.due", count=len(due), days=settings.grace_days)
    return passed("training.done", count=len(lessons))


def _due(record: LessonRecord) -> float:
    if record.answered is None:
        return record.known
    return record.answered + record.every_days * DAY


CHECK = Check(
    id="training",
    measure=3,
    severity=Severity.LOW,
    on=(TrainingSeen,),
    settings=Settings,
    judge=judge,
    fresh=2 * DAY,
    proves=supports("PCI DSS 12.6.3", "ISO 27001 A.6.3", "NIST CSF PR.AT-01", "CIS 14.1"),
    lessons=("card-data",),
)
