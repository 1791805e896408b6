"""Lessons: the shipped ones are whole, and a damaged one says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base import lessons
from agentguard.base.errors import CannotError
from agentguard.base.lessons import Answers
from agentguard.checks.base import Check
from agentguard.checks.training import CHECK, Settings
from agentguard.model.events import Facts
from agentguard.model.lessons import Lesson
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State

GOOD = """+++
title = "A title"
every_days = 30
question = "Which?"
choices = ["this", "that", "neither"]
right = 2
+++

A paragraph.

- A point.
"""
DAY = 86_400.0


def at(day: float) -> Moment:
    """Give a moment on a day."""
    return Moment(boot=day * DAY, wall=1_700_000_000 + day * DAY)


def test_the_lessons_are_shipped_each_with_a_question_and_three_choices() -> None:
    shipped = lessons.load()
    assert [one.id for one in shipped] == ["card-data", "clipboard", "lock-screen", "remote-help"]
    for one in shipped:
        assert len(one.choices) == len(set(one.choices)) == 3
        assert one.question.endswith("?")
        assert 300 < len(one.body) < 900
        assert one.every_days >= 30


def test_the_right_answers_are_not_always_at_the_same_place() -> None:
    assert len({one.right for one in lessons.load()}) == 3


def test_a_lesson_is_read() -> None:
    assert lessons.parse("an-id", GOOD) == Lesson(
        id="an-id",
        title="A title",
        body="A paragraph.\n\n- A point.",
        question="Which?",
        choices=("this", "that", "neither"),
        right=1,
        every_days=30,
    )


def test_only_the_right_choice_is_right() -> None:
    lesson = lessons.parse("x", GOOD)
    assert [lessons.is_right(lesson, c) for c in (-1, 0, 1, 2, 3)] == [
        False, False, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("+++\ntitle", "title", "+++"),
        ("right = 2\n+++\n", "right = 2\n", "+++"),
        ("\nA paragraph.\n\n- A point.\n", "\n \n", "+++"),
        ('title = "A title"', "", "title"),
        ("every_days = 30", 'every_days = "30"', "every_days"),
        ("every_days = 30", "every_days = 0", "every_days"),
        ("right = 2", "right = 0", "right"),
        ("right = 2", "right = 4", "from 1 to 3"),
        ('["this", "that", "neither"]', '["this"]', "choices"),
        ('["this", "that", "neither"]', '["this", 2]', "choices"),
        ("right = 2", "right = 2\nwrong = 1", "wrong"),
        ("right = 2", "right = ", "Invalid value"),
    ],
)
def test_a_damaged_lesson_says_what_is_wrong(before: str, after: str, why: str) -> None:
    assert before in GOOD
    with pytest.raises(CannotError) as raised:
        lessons.parse("an-id", GOOD.replace(before, after))
    assert "an-id" in str(raised.value)
    assert why in str(raised.value)


def test_a_folder_without_lessons_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="The lessons are missing"):
        lessons.read(tmp_path)


def test_a_lesson_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(CannotError, match="could not be read"):
        lessons.read(tmp_path)


def test_an_admins_own_folder_is_read_by_file_names(tmp_path: Path) -> None:
    (tmp_path / "b-lesson.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "a-lesson.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("none", encoding="utf-8")
    assert [one.id for one in lessons.read(tmp_path)] == ["a-lesson", "b-lesson"]


def judge(now: Moment, answers: Answers) -> State:
    """Judge the training as the check does."""
    event = lessons.training(now, [lessons.parse("x", GOOD)], answers)
    verdict = CHECK.judge(event, Facts(last={}), Settings(grace_days=14))
    assert verdict is not None
    return verdict.state


def test_training_is_due_from_the_first_day_and_again_after_an_answer() -> None:
    assert isinstance(CHECK, Check)
    new = Answers(known={}, right={})
    assert judge(at(100), new) is State.PASS
    known = Answers(known={"x": at(0).wall}, right={})
    assert judge(at(14), known) is State.PASS
    assert judge(at(15), known) is State.FAIL
    answered = Answers(known={"x": at(0).wall}, right={"x": at(15).wall})
    assert judge(at(15), answered) is State.PASS
    assert judge(at(15 + 30 + 14), answered) is State.PASS
    assert judge(at(15 + 30 + 15), answered) is State.FAIL
