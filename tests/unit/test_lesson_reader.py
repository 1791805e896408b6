"""Whatever stands in a file, the reader of lessons says what is wrong with it and never fails."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.base import lesson_file
from tests.unit.test_lessons import GOOD


@settings(deadline=None)
@given(at=st.integers(0, len(GOOD)), gone=st.integers(0, 40), put=st.text(max_size=20))
def test_row_243_a_changed_lesson_is_read_or_told_of_by_its_lines(
    at: int, gone: int, put: str
) -> None:
    text = GOOD[:at] + put + GOOD[at + gone :]
    lesson, problems = lesson_file.read(text)
    assert (lesson is None) is bool(problems)
    assert all(1 <= line <= len(text.split("\n")) + 1 for line, _ in problems)


@settings(deadline=None)
@given(text=st.text(max_size=300))
def test_row_243_any_text_is_judged(text: str) -> None:
    lesson, problems = lesson_file.read(text)
    assert lesson is None
    assert problems
