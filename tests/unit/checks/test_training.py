"""Training: due, overdue and done, read off the calendar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.checks.training import CHECK, Settings
from agentguard.model.facts import LessonRecord, TrainingSeen
from agentguard.model.verdicts import State

DAY = 86_400.0


def lesson(
    desk, *, known: float, answered: float | None = None, id_: str = "card-data"
) -> LessonRecord:
    """Make a record; both ages are in days before now."""
    return LessonRecord(
        lesson=id_,
        every_days=365,
        known=desk.wall - known * DAY,
        answered=None if answered is None else desk.wall - answered * DAY,
    )


@pytest.mark.parametrize(
    ("known", "answered", "state", "words"),
    [
        (0, None, State.PASS, "Lessons are due (1). You have 14 days."),
        (0, 0, State.PASS, "Every lesson is done (1)."),
        (1, None, State.PASS, "Lessons are due (1). You have 13 days."),
        (14, None, State.PASS, "Lessons are due (1). You have 0 days."),
        (15, None, State.FAIL, "Lessons are overdue (1): card-data."),
        (400, 100, State.PASS, "Every lesson is done (1)."),
        (800, 370, State.PASS, "Lessons are due (1). You have 9 days."),
        (800, 380, State.FAIL, "Lessons are overdue (1): card-data."),
    ],
)
def test_a_lesson_is_due_when_new_and_a_year_after_the_answer(
    desk, known, answered, state, words
) -> None:
    told = desk.judge(CHECK, TrainingSeen, lessons=(lesson(desk, known=known, answered=answered),))
    assert (told.state, told.words) == (state, words)


def test_a_lesson_may_give_days_of_its_own(desk) -> None:
    own = replace(lesson(desk, known=4), due_days=3)
    assert desk.judge(CHECK, TrainingSeen, lessons=(own,)).state is State.FAIL
    assert desk.judge(CHECK, TrainingSeen, lessons=(replace(own, due_days=5),)).state is State.PASS


def test_what_is_for_new_starters_is_not_asked_of_who_was_here_before(desk) -> None:
    old = lesson(desk, known=300, answered=1)
    late = replace(lesson(desk, known=30, id_="welcome"), starters=True)
    assert desk.judge(CHECK, TrainingSeen, lessons=(old, late)).words == "Every lesson is done (1)."
    told = desk.judge(CHECK, TrainingSeen, lessons=(late,))
    assert told.words == "Lessons are overdue (1): welcome."


def test_the_overdue_ones_are_named(desk) -> None:
    lessons = (
        lesson(desk, known=90, id_="lock-screen"),
        lesson(desk, known=90, id_="clipboard"),
        lesson(desk, known=90, answered=1),
    )
    told = desk.judge(CHECK, TrainingSeen, lessons=lessons)
    assert told.words == "Lessons are overdue (2): clipboard, lock-screen."


def test_a_person_reads_the_titles_of_the_lessons(desk) -> None:
    late = replace(lesson(desk, known=90), title="Card numbers in files")
    told = desk.judge(CHECK, TrainingSeen, lessons=(late, lesson(desk, known=90, id_="other")))
    assert told.words == "Lessons are overdue (2): Card numbers in files, other."


def test_the_policy_chooses_the_lessons(desk) -> None:
    lessons = (lesson(desk, known=90, id_="clipboard"),)
    some = Settings(lessons=("card-*",))
    assert desk.judge(CHECK, TrainingSeen, some, lessons=lessons).state is State.NOT_APPLICABLE


def test_without_lessons_it_does_not_apply(desk) -> None:
    assert desk.judge(CHECK, TrainingSeen).state is State.NOT_APPLICABLE


def test_records_that_could_not_be_read_are_unknown(desk) -> None:
    assert desk.judge(CHECK, TrainingSeen, unread="no-answer").state is State.UNKNOWN
