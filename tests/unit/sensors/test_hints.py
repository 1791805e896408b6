"""Hints in order: once for each path, after a short quiet, busy files less often."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentguard.sensors.watch_hints import GAP_MOST, Hints, Kind

NAMES = st.sampled_from(["a", "b", "c", "d"])
KINDS = st.sampled_from(list(Kind))


def due(hints: Hints, now: float) -> list[str]:
    return [hint.path for hint in hints.due(now)]


def test_a_closed_file_is_due_after_a_tenth_of_a_second() -> None:
    hints = Hints()
    hints.tell("a", Kind.CLOSED)
    hints.take(10.0)
    assert due(hints, 10.05) == []
    assert due(hints, 10.11) == ["a"]
    assert due(hints, 99.0) == []


def test_repeated_hints_are_one_and_wait_at_most_a_second() -> None:
    hints = Hints()
    for step in range(30):
        hints.add("a", Kind.CLOSED, 10.0 + step * 0.05)
    assert due(hints, 11.0) == ["a"]
    assert len(hints) == 0


def test_closing_makes_a_changed_file_due_sooner() -> None:
    hints = Hints()
    hints.add("a", Kind.CHANGED, 10.0)
    hints.add("a", Kind.CLOSED, 10.0)
    assert [(h.path, h.kind) for h in hints.due(10.1)] == [("a", Kind.CLOSED)]


def test_a_change_does_not_undo_a_close() -> None:
    hints = Hints()
    hints.add("a", Kind.CLOSED, 10.0)
    hints.add("a", Kind.CHANGED, 10.0)
    assert [h.kind for h in hints.due(10.6)] == [Kind.CLOSED]


def test_a_file_that_changes_all_the_time_is_looked_at_ever_less_often() -> None:
    hints = Hints()
    now, looks = 0.0, 0
    while now < 600:
        now += 0.25
        hints.add("busy.log", Kind.CLOSED, now)
        for hint in hints.due(now):
            looks += 1
            hints.looked(hint.path, now)
    assert looks < 25
    assert due(hints, now + GAP_MOST) == ["busy.log"]


def test_too_many_hints_are_a_loss_and_not_a_flood() -> None:
    hints = Hints(limit=3)
    for number in range(10):
        hints.tell(str(number), Kind.CLOSED)
    hints.take(0.0)
    assert hints.overflown
    assert len(due(hints, 10.0)) == 3


def test_the_next_moment_is_known() -> None:
    hints = Hints()
    assert hints.next_due() is None
    hints.add("a", Kind.CHANGED, 10.0)
    hints.add("b", Kind.CHANGED, 10.3)
    assert hints.next_due() == 10.5
    hints.add("a", Kind.CLOSED, 10.6)
    assert hints.next_due() == 10.7


@given(st.lists(st.tuples(NAMES, KINDS, st.floats(0, 5)), max_size=60))
def test_nothing_that_was_told_is_forgotten(told: list[tuple[str, Kind, float]]) -> None:
    hints = Hints()
    seen: set[str] = set()
    now = 0.0
    for path, kind, later in told:
        now += later
        hints.add(path, kind, now)
        for hint in hints.due(now):
            seen.add(hint.path)
            hints.looked(hint.path, now)
    seen.update(due(hints, now + 1000))
    assert seen == {path for path, _kind, _later in told}
    assert len(hints) == 0
