"""Lessons that were done in the period: counted by team, or by person under a pseudonym."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from agentguard.server.evidence.base import Part, Work
from agentguard.server.store.schema.lesson_tables import lesson_done
from agentguard.trust.evidence.tables import day

FILE = "training.csv"
COUNTED = ("team", "lesson", "title", "version", "people", "first", "last")
BY_PERSON = ("person", "team", "lesson", "title", "version", "acknowledged")


def _done(work: Work) -> Iterator[tuple[str, str, str, str, int, str]]:
    table = lesson_done.c
    asked = select(lesson_done).where(table.at >= work.order.since, table.at < work.cut_off)
    for row in work.connection.execute(asked.order_by(table.person, table.lesson, table.day)):
        team = work.team_at(row.device, row.at)
        if team is not None:
            yield row.person, team, row.lesson, row.title, row.version, day(int(row.at))


def _counted(work: Work) -> Iterator[tuple[object, ...]]:
    days: dict[tuple[str, str, str, int], list[str]] = {}
    people: dict[tuple[str, str, str, int], set[str]] = {}
    for person, team, lesson, title, version, when in _done(work):
        key = team, lesson, title, version
        days.setdefault(key, []).append(when)
        people.setdefault(key, set()).add(person)
    for key in sorted(days):
        yield (*key, len(people[key]), min(days[key]), max(days[key]))


def write(work: Work) -> None:
    """Write who acknowledged what, as the order asks for it."""
    if work.order.people:
        count = work.sheet(FILE, BY_PERSON, _done(work))
    else:
        count = work.sheet(FILE, COUNTED, _counted(work))
    work.summary.counts["training"] = count
    lessons = Counter(one[3] or one[2] for one in _done(work))
    work.summary.tables["training"] = [(name, str(many)) for name, many in lessons.most_common()]


PART = Part(name="training", place=50, write=write)
