"""When a desk was in use: parts that add up, hours by any clock, and nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model import desk_use
from agentguard.model.held import ORDER, Control, Period, Presence, Span, State
from tests.unit.model.test_held import CONTROLS, HIDDEN, PERIODS

HOUR = 3600
TIMES = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 30)).map(lambda one: (one[0], sum(one))),
    max_size=4,
)


def inside(moment: int, spans: list[tuple[int, int]]) -> bool:
    return any(since <= moment < until for since, until in spans)


@given(PERIODS, HIDDEN, CONTROLS, TIMES)
def test_row_259_time_in_use_and_the_rest_add_up_to_the_period(
    period: Period, hidden: tuple[Span, ...], control: Control, use: list[tuple[int, int]]
) -> None:
    presence = Presence(period, hidden)
    whole, used = presence.sums(control), presence.within(use).sums(control)
    assert sum(used.values()) == period.seconds
    seconds = dict.fromkeys(ORDER, 0)
    for part in presence.partition(control):
        for moment in range(part.since, part.until):
            seconds[part.state] += inside(moment, use)
    outside = period.seconds - sum(seconds.values())
    assert {s: n for s, n in used.items() if s is not State.NOT_ENROLLED} == {
        s: n for s, n in seconds.items() if s is not State.NOT_ENROLLED
    }
    assert used[State.NOT_ENROLLED] == outside + seconds[State.NOT_ENROLLED]
    assert all(used[state] <= whole[state] for state in ORDER if state is not State.NOT_ENROLLED)


@given(TIMES, TIMES, TIMES, st.none() | TIMES)
def test_row_259_a_second_is_in_use_once_and_never_while_it_is_locked(
    watched: list[tuple[int, int]],
    lost: list[tuple[int, int]],
    away: list[tuple[int, int]],
    hours: list[tuple[int, int]] | None,
) -> None:
    used = desk_use.used(watched, lost, away, hours)
    for moment in range(120):
        probably = inside(moment, lost) and (hours is None or inside(moment, hours))
        wanted = (inside(moment, watched) or probably) and not inside(moment, away)
        assert inside(moment, used) == wanted


def test_row_259_without_hours_a_silence_is_a_shift_at_most() -> None:
    days = 3 * 24 * HOUR
    assert desk_use.used((), [(10, days)], (), None) == [(10, 10 + desk_use.LONGEST)]


@given(
    st.integers(1_600_000_000, 1_900_000_000),
    st.integers(0, 3 * 24 * HOUR),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(["Europe/Lisbon", "Asia/Kolkata", "America/New_York", "UTC"]),
)
def test_row_259_hours_are_those_that_the_sites_clock_shows(
    since: int, long: int, begins: int, ends: int, zone: str
) -> None:
    period = Period(since=since, until=since + long)
    spans = desk_use.hours(period, begins, ends, zone)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(period.since <= a < b <= period.until for a, b in spans)
    for moment in range(since, since + long, 1777):
        shown = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(zone))
        before = datetime.fromtimestamp(moment - 24 * HOUR, UTC).astimezone(ZoneInfo(zone))
        after = datetime.fromtimestamp(moment + 24 * HOUR, UTC).astimezone(ZoneInfo(zone))
        if len({one.utcoffset() for one in (before, shown, after)}) > 1:
            continue  # the hour at which clocks change has no one answer
        minute = shown.hour * 60 + shown.minute
        night = minute >= begins or minute < ends
        wanted = begins <= minute < ends if begins < ends else night
        assert inside(moment, spans) == wanted


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "Europe/Berlin"])
def test_hours_on_the_days_on_which_clocks_change(zone: str) -> None:
    for month, day, length in ((3, 29, 7), (10, 25, 9)):  # 2026
        noon = datetime(2026, month, day, 12, tzinfo=ZoneInfo(zone))
        period = Period(since=int(noon.timestamp()) - 14 * HOUR, until=int(noon.timestamp()))
        spans = desk_use.hours(period, 0, 8 * 60, zone)
        assert sum(b - a for a, b in spans) == length * HOUR


def test_hours_by_this_computers_own_clock() -> None:
    """Whatever that clock is, a shift of all day leaves no second out."""
    period = Period(since=1_790_000_000, until=1_790_000_000 + 48 * HOUR)
    spans = desk_use.hours(period, 600, 600, "")
    assert sum(b - a for a, b in spans) == period.seconds
