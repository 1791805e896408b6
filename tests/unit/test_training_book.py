"""What a desk knows of the lessons of its person: joined, kept over restarts, offered in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import lessons
from agentguard.base.errors import StoreError
from agentguard.checks.training import CHECK, Settings
from agentguard.model.events import LessonOffered
from agentguard.model.facts import TrainingSeen
from agentguard.model.lesson_days import PathDay, Stage
from agentguard.model.lessons import Kept
from agentguard.model.policy import Control
from agentguard.model.verdicts import Severity
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.training import KNOWN, RIGHT, Training
from agentguard.store.memory import InMemoryJournal
from tests.unit.engine.conftest import make_policy
from tests.unit.test_lessons import GOOD

DAY = 86_400.0
OLD = ("card-data", "clipboard", "lock-screen", "remote-help")


def policy(*texts: str, digest: str = "d1", **said: Any) -> Any:
    control = Control(
        check=CHECK.id, paused=False, severity=Severity.LOW, respond=(), settings=Settings(**said)
    )
    return replace(make_policy(), lessons=texts, digest=digest, controls={CHECK.id: control})


class Desk:
    """A desk that can begin again; what it wrote stays."""

    def __init__(self, rules: Any = None) -> None:
        self.clock, self.journal = FakeClock(), InMemoryJournal()
        self.rules = rules or policy()
        self.begin()

    def begin(self) -> None:
        self.book = Training(journal=self.journal, clock=self.clock, policy=lambda: self.rules)

    @property
    def now(self) -> Any:
        return self.clock.now()

    def stages(self) -> dict[str, Stage]:
        return {one.lesson: one.stage for one in self.book.days(self.now)}

    def offered(self) -> list[LessonOffered]:
        return self.book.offers(self.now)


def test_what_a_desk_remembers_of_versions_before_counts_for_its_person() -> None:
    desk = Desk()
    wall = desk.now.wall
    old = {f"{KNOWN}{one}": wall - 100 * DAY for one in OLD}
    desk.journal.commit((), {**old, f"{RIGHT}clipboard": wall - 30 * DAY})
    desk.begin()
    told = {one.lesson.id: one for one in desk.book.entries(desk.now)}
    assert told["clipboard"].done == wall - 30 * DAY
    assert told["clipboard"].known == wall - 100 * DAY
    stages = desk.stages()
    assert stages["clipboard"] is Stage.DONE
    assert stages["card-data"] is Stage.OVERDUE
    assert stages["black-box"] is Stage.OPEN, "a lesson that is new gives its days"


def test_what_the_endpoint_knows_is_kept_over_a_restart_and_never_takes_away() -> None:
    desk = Desk()
    wall = desk.now.wall
    desk.book.done("card-data", desk.now)
    assert desk.book.take(Kept(known={"clipboard": wall - DAY}, done={"clipboard": wall - 60}))
    assert not desk.book.take(Kept(done={"clipboard": wall - 5 * DAY, "card-data": wall - DAY}))
    assert desk.stages()["card-data"] is desk.stages()["clipboard"] is Stage.DONE
    desk.begin()
    assert desk.stages()["clipboard"] is Stage.DONE
    assert desk.book.kept().known["clipboard"] == wall - DAY


def test_what_could_not_be_written_does_not_count() -> None:
    desk = Desk()
    desk.stages()

    def full(*_: object) -> None:
        raise StoreError("full")

    keep, desk.journal.commit = desk.journal.commit, full  # type: ignore[method-assign] # a full disk
    with pytest.raises(StoreError):
        desk.book.take(Kept(done={"clipboard": desk.now.wall}))
    desk.journal.commit = keep  # type: ignore[method-assign] # room again
    assert desk.stages()["clipboard"] is Stage.OPEN
    assert desk.book.take(Kept(done={"clipboard": desk.now.wall}))


TIMES = st.dictionaries(st.sampled_from("abc"), st.floats(0, 1e9), max_size=3)
KEPT = st.builds(Kept, known=TIMES, done=TIMES)


@given(parts=st.lists(KEPT, max_size=6), seed=st.randoms())
def test_row_241_in_whatever_order_and_how_often_it_is_joined_it_is_the_same(
    parts: list[Kept], seed: Any
) -> None:
    def all_of(some: list[Kept]) -> Kept:
        made = Kept()
        for one in some:
            made = made.joined(one)
        return made

    mixed = [*parts, *parts]
    seed.shuffle(mixed)
    assert all_of(parts) == all_of(mixed)
    for one in parts:
        for lesson, done in one.done.items():
            assert all_of(parts).done[lesson] >= done


def test_a_new_starter_is_offered_the_lessons_of_each_day_and_each_once() -> None:
    desk = Desk()
    offered: list[tuple[int, str, int]] = []
    desk.stages()
    for hour in range(7 * 24):
        desk.clock.advance(3600)
        desk.begin()
        offered += [(hour // 24 + 1, one.lesson, one.more) for one in desk.offered()]
    path = {day.day: day.lessons for day in Settings().first_week}
    assert [(day, more + 1) for day, _, more in offered[:5]] == [
        (day, len(ids)) for day, ids in path.items()
    ]
    assert all(lesson in path[day] for day, lesson, _ in offered[:5])


def test_who_was_here_before_is_offered_it_before_it_is_due_and_not_after() -> None:
    desk = Desk(policy(lessons=("an-id",), remind_days=(7, 1)))
    old = {f"{KNOWN}{one.id}": desk.now.wall - 90 * DAY for one in lessons.load()}
    desk.journal.commit((), old)
    desk.stages()
    desk.rules = policy(GOOD, digest="d2", lessons=("an-id",), remind_days=(7, 1))
    days = []
    for day in range(40):
        days += [day for one in desk.offered() if one.lesson == "an-id"]
        desk.clock.advance(DAY)
    assert days == [7, 13]
    assert desk.stages() == {"an-id": Stage.OVERDUE}


def test_a_site_without_reminders_or_path_offers_none() -> None:
    desk = Desk(policy(remind_days=(), first_week=()))
    for _ in range(30):
        assert not desk.offered()
        desk.clock.advance(DAY)


def test_a_path_may_name_one_lesson_on_a_day_of_its_own() -> None:
    desk = Desk(policy(remind_days=(), first_week=(PathDay(day=3, lessons=("clipboard",)),)))
    desk.stages()
    desk.clock.advance(2 * DAY)
    assert not desk.offered()
    desk.clock.advance(3600)
    assert [one.lesson for one in desk.offered()] == ["clipboard"]


def test_a_policy_with_other_lessons_is_told_at_once() -> None:
    desk, seen, turns = Desk(), [], []

    class Never:
        def is_set(self) -> bool:
            return len(turns) > 3

    looks = desk.book.turns(seen.append, Never())  # type: ignore[arg-type] # asks for is_set alone
    turns.append(next(looks))
    turns.append(next(looks))
    told = [one for one in seen if isinstance(one, TrainingSeen)]
    assert len(told) == 1
    desk.rules = policy(GOOD, digest="d2")
    turns.append(next(looks))
    told = [one for one in seen if isinstance(one, TrainingSeen)]
    assert len(told) == 2
    assert "an-id" in {one.lesson for one in told[1].lessons}
    desk.clock.advance(DAY)
    turns.append(next(looks))
    assert len([one for one in seen if isinstance(one, TrainingSeen)]) == 3
    assert list(looks) == []
