"""Which idle time is believed, and input that no person makes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.moments import Moment
from agentguard.ports.desktop import SessionReading
from agentguard.sensors.session import SLACK, STANDING, STANDS, TIMES, BelievedIdle, Rhythm


def reading(
    idle: float | None, *, locked: bool | None = False, active: bool | None = None
) -> SessionReading:
    return SessionReading(idle=idle, locked=locked, source="test", active=active)


def at(boot: float, wall: float = 1_790_000_000.0) -> Moment:
    return Moment(boot=boot, wall=wall)


@pytest.fixture
def idle() -> BelievedIdle:
    believed = BelievedIdle()
    believed.see(reading(10), at(100))
    return believed


def test_the_first_reading_counts_as_it_is() -> None:
    assert BelievedIdle().see(reading(3600), at(100)) == 3600


@given(st.integers(0, 10_000_000), st.integers(1, 2**31 - 1))
def test_a_stamp_of_the_future_at_the_first_reading_is_no_idle_time(boot: int, ahead: int) -> None:
    """X servers, too, count milliseconds in 32 bits: a stamp ahead looks like 49 days."""
    told = (2**32 - ahead) / 1000
    believed = BelievedIdle()
    first = believed.see(reading(told), at(boot))
    assert first == (told if told <= boot + SLACK else 0)
    if first == 0:
        assert believed.see(reading(told + 1), at(boot + 1)) == 1


@given(st.integers(0, 2**31 // 1000))
def test_a_long_absence_before_the_first_reading_counts(seconds: int) -> None:
    assert BelievedIdle().see(reading(seconds), at(100)) == seconds


def test_it_grows_with_time_and_ends_with_input(idle) -> None:
    assert idle.see(reading(11), at(101)) == 11
    assert idle.see(reading(0.2), at(102)) == 0.2


def test_a_leap_is_not_believed_and_counting_goes_on(idle) -> None:
    assert idle.see(reading(3600), at(101)) == 11
    assert idle.see(reading(3601), at(102)) == 12
    assert idle.see(reading(0), at(103)) == 0


def test_a_leap_of_the_wall_clock_changes_nothing(idle) -> None:
    assert idle.see(reading(11), at(101, wall=9e9)) == 11


def test_a_suspended_computer_was_idle_for_that_long(idle) -> None:
    assert idle.see(reading(5010), at(5100)) == 5010


@pytest.mark.parametrize("back", [900.0, 0.0], ids=["stale", "fresh"])
def test_a_source_that_was_away_begins_anew(idle, back) -> None:
    assert idle.see(reading(None), at(101)) is None
    assert idle.see(reading(back), at(102)) == 0
    assert idle.see(reading(back + 1), at(103)) == min(back + 1, 1)


def test_a_gap_of_the_sensor_begins_anew(idle) -> None:
    idle.gap()
    assert idle.see(reading(900), at(102)) == 0


def test_a_gap_before_the_first_reading_is_none() -> None:
    believed = BelievedIdle()
    believed.gap()
    assert believed.see(reading(900), at(100)) == 900


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"locked": True}, {"locked": False}),
        ({"active": False}, {"active": True}),
        ({"active": False}, {"active": None}),
    ],
    ids=["unlocked", "in-front", "in-front-untold"],
)
def test_what_only_a_person_does_begins_anew(before, after) -> None:
    believed = BelievedIdle()
    believed.see(reading(900, **before), at(100))
    assert believed.see(reading(901, **after), at(101)) == 0


def test_a_negative_time_is_no_news(idle) -> None:
    assert idle.see(reading(-5), at(101)) == 11
    assert BelievedIdle().see(reading(-5), at(101)) == 0


class TestRhythm:
    def feed(self, gaps: list[float], then: int = 0) -> list[tuple[bool, int]]:
        """Look each second at somebody whose inputs come after these gaps."""
        rhythm, told = Rhythm(), []
        inputs = [1000.0]
        for gap in gaps:
            inputs.append(inputs[-1] + gap)
        for boot in range(1000, int(inputs[-1]) + 2 + then):
            last = max(moment for moment in inputs if moment <= boot + 0.5)
            if rhythm.see(boot + 0.5 - last, at(boot + 0.5)):
                told.append((rhythm.seconds > 0, rhythm.seconds))
        return told

    @pytest.mark.parametrize("gap", [5.0, 30.0, 59.7, 240.0])
    def test_an_even_distance_is_told_once(self, gap) -> None:
        assert self.feed([gap] * (2 * TIMES)) == [(True, round(gap))]

    def test_its_end_is_told_when_input_is_uneven_or_stays_away(self) -> None:
        even = [30.0] * TIMES
        assert self.feed([*even, 7.0]) == [(True, 30), (False, 0)]
        assert self.feed(even, then=100) == [(True, 30), (False, 0)]

    def test_work_and_reading_are_no_rhythm(self) -> None:
        work = [2.0, 3.0, 1.0, 40.0, 8.0, 2.5, 61.0, 5.0, 5.5, 12.0] * 10
        assert self.feed(work) == []
        assert self.feed([1.0] * 500) == []
        assert self.feed([30.0, 33.0] * 50) == []

    def test_without_idle_time_nothing_is_told_and_a_rhythm_ends(self) -> None:
        rhythm = Rhythm()
        told = [rhythm.see(0.0, at(1000.0 + 30 * n)) for n in range(TIMES + 1)]
        assert told[-1]
        assert rhythm.see(None, at(3000.0))
        assert not rhythm.see(None, at(3001.0))
        assert rhythm.seconds == 0


@given(st.floats(STANDING, 5000), st.integers(2, 30))
def test_row_305_a_source_that_stands_still_tells_nothing(told: float, looks: int) -> None:
    """A clock of idle time that no input sets back can only grow."""
    believed = BelievedIdle()
    seen = [believed.see(reading(told), at(10_000 + look)) for look in range(looks)]
    assert None not in seen[: int(STANDS)]
    assert all(one is None for one in seen[int(STANDS) :])
    assert believed.see(reading(0.1), at(10_000 + looks)) in {0, 0.1}, "somebody is there again"


@given(st.lists(st.floats(0, STANDING - 0.1), min_size=12, max_size=40), st.integers(0, 4000))
def test_row_305_whoever_types_or_waits_is_told_as_before(typed: list[float], wait: int) -> None:
    believed = BelievedIdle()
    for second, told in enumerate(typed):
        assert believed.see(reading(told), at(10_000 + second)) is not None
    waiting = BelievedIdle()
    for second in range(30):
        assert waiting.see(reading(wait + second), at(10_000 + second)) == wait + second
