"""How long a value has been the same: told only once it stayed, and anew after sleep."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.moments import Moment
from agentguard.platforms._steady_value import Steady, Unchanged

GAP = 1.5
CHANGES = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(min_value=0.01, max_value=5)), min_size=1
)


def told_by(changes: list[tuple[str, float]], seconds: float) -> list[str]:
    """Offer each value for its time, looking at the end of each."""
    steady, now, told = Steady[str](seconds), 0.0, []
    for value, lasts in changes:
        steady.offer(value, now)
        now += lasts
        told += [due] if (due := steady.due(now)) is not None else []
    return told


@given(CHANGES)
def test_nothing_is_told_twice_in_a_row(changes) -> None:
    told = told_by(changes, GAP)
    assert all(one != two for one, two in pairwise(told))


@given(CHANGES)
def test_only_what_stayed_is_told(changes) -> None:
    longest: dict[str, float] = {}
    run, before = 0.0, ""
    for value, lasts in changes:
        run = run + lasts if value == before else lasts
        before = value
        longest[value] = max(longest.get(value, 0.0), run)
    assert all(longest[value] >= GAP - 1e-6 for value in told_by(changes, GAP))


def test_without_a_time_every_change_is_told() -> None:
    assert told_by([("a", 1), ("b", 1), ("a", 1)], 0) == ["a", "b", "a"]


def test_flapping_tells_nothing() -> None:
    assert told_by([("a", 0.02), ("b", 0.02)] * 500, GAP) == []


def test_a_glance_away_and_back_tells_nothing_new() -> None:
    assert told_by([("a", 2), ("b", 0.5), ("a", 2)], GAP) == ["a"]


def test_the_wait_is_what_is_left() -> None:
    steady = Steady[str](GAP)
    assert steady.wait(0) is None
    steady.offer("a", 10)
    assert steady.wait(11) == 0.5
    assert steady.wait(20) == 0
    steady.due(20)
    assert steady.wait(20) is None


def at(boot: float) -> Moment:
    return Moment(boot=boot, wall=0.0)


def test_it_counts_from_the_first_look_that_saw_the_same() -> None:
    seen = Unchanged(30.0)
    told = [seen.seen(at(t), v) for t, v in ((10, ()), (40, ()), (70, ("a",)), (100, ("a",)))]
    assert told == [0.0, 30.0, 0.0, 30.0]


def test_after_sleep_it_begins_anew() -> None:
    seen = Unchanged(30.0)
    assert [seen.seen(at(t), ()) for t in (0, 30, 121, 211)] == [0.0, 30.0, 0.0, 90.0]
