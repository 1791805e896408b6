"""The parts of a period add up to it to the second, whatever happened at a desk."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agentguard.model import held
from agentguard.model.held import ORDER, Control, Period, Presence, Span, State

OWN = (
    State.NOT_IN_POLICY,
    State.PAUSED,
    State.BLIND,
    State.UNKNOWN,
    State.PARTIAL,
    State.NOT_APPLICABLE,
    State.FAIL,
)
MOMENTS = st.integers(0, 60)
PERIODS = st.tuples(MOMENTS, MOMENTS).map(
    lambda two: Period(since=10 + min(two), until=10 + max(two))
)


def spans(states: tuple[State, ...]) -> st.SearchStrategy[tuple[Span, ...]]:
    """Give spans in any order, that may lie across each other or begin at once."""
    one = st.builds(
        lambda since, long, state: Span(since=since, until=since + long, state=state),
        st.integers(0, 80),
        st.integers(0, 40),
        st.sampled_from(states),
    )
    return st.lists(one, max_size=6).map(tuple)


HIDDEN = spans((State.NOT_ENROLLED, State.OFFLINE, State.UNKNOWN))
TIMES = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 30)).map(lambda one: (one[0], sum(one))),
    max_size=3,
).map(tuple)
CONTROLS = st.builds(
    lambda judged, own, excepted, expired: Control(
        judged=judged, spans=own, excepted=excepted, expired=expired
    ),
    st.none() | st.integers(0, 80),
    spans(OWN),
    TIMES,
    TIMES,
)


def at(moment: int, every: list[Span]) -> State | None:
    """Return the state at a moment by looking at each span: the later word counts.

    Of two words of the same seconds the one counts that comes first in the order of the states.
    """
    last = max((one.since for one in every if one.since <= moment), default=None)
    begun = [one for one in every if one.since == last]
    one = max(begun, key=lambda one: (one.until, -ORDER.index(one.state)), default=None)
    return one.state if one is not None and moment < one.until else None


def true_state(moment: int, hidden: list[Span], control: Control) -> State:
    """Say what a control is at one second, by the order of the states and nothing else."""
    away = at(moment, hidden)
    if away is not None:
        return away
    own = State.NOT_IN_POLICY
    if control.judged is not None:
        known = moment >= control.judged
        own = (at(moment, list(control.spans)) or State.PASS) if known else State.UNKNOWN
    expired = any(since <= moment < until for since, until in control.expired)
    if expired and own is State.PASS:  # what is known to be wrong is not hidden by it
        own = State.EXPIRED
    excepted = any(since <= moment < until for since, until in control.excepted)
    if excepted and ORDER.index(own) > ORDER.index(State.EXCEPTED):
        return State.EXCEPTED
    return own


@given(PERIODS, HIDDEN, CONTROLS)
def test_row_280_the_parts_add_up_and_each_second_has_the_first_state_that_applies(
    period: Period, hidden: tuple[Span, ...], control: Control
) -> None:
    presence = Presence(period, hidden)
    parts = presence.partition(control)
    assert sum(one.seconds for one in parts) == period.seconds
    assert all(a.until == b.since and a.state is not b.state for a, b in pairwise(parts))
    told = [one.state for one in parts for _ in range(one.seconds)]
    wanted = [
        true_state(second, list(hidden), control) for second in range(period.since, period.until)
    ]
    assert told == wanted
    assert held.gaps(parts) == [one for one in parts if one.state is not State.PASS]


@given(PERIODS, HIDDEN, CONTROLS)
def test_row_280_sums_and_parts_say_the_same(
    period: Period, hidden: tuple[Span, ...], control: Control
) -> None:
    """What a pack lists and what a page adds up are computed in two ways."""
    presence = Presence(period, hidden)
    sums = presence.sums(control)
    assert sums == held.summed(presence.partition(control))
    assert tuple(sums) == ORDER
    assert sum(sums.values()) == period.seconds
    assert presence.watched == period.seconds - sum(one.seconds for one in presence.spans)


@given(PERIODS, HIDDEN, CONTROLS, st.lists(st.integers(0, 80), max_size=3))
def test_row_281_a_desk_that_moves_counts_where_it_was_and_teams_sum_to_the_site(
    period: Period, hidden: tuple[Span, ...], control: Control, moves: list[int]
) -> None:
    whole = Presence(period, hidden).sums(control)
    cuts = sorted({period.since, *(period.of(one, one)[0] for one in moves), period.until})
    teams = [Presence(Period(since=a, until=b), hidden).sums(control) for a, b in pairwise(cuts)]
    assert held.added(teams) == whole


@given(PERIODS, HIDDEN)
def test_row_280_what_was_watched_before_a_moment_only_grows(
    period: Period, hidden: tuple[Span, ...]
) -> None:
    presence = Presence(period, hidden)
    counted = [presence.before(moment) for moment in range(100)]
    assert all(0 <= b - a <= 1 for a, b in pairwise(counted))
    assert (counted[0], counted[-1]) == (0, presence.watched)


@given(st.integers(0, 10**12), st.integers(-5, 10**12))
def test_row_282_shares_are_rounded_down_and_a_hundred_means_all(part: int, whole: int) -> None:
    told = held.share(min(part, max(whole, 0)), whole)
    if whole <= 0:
        assert told == ""
        return
    true = Fraction(100 * min(part, whole), whole)
    assert Fraction(told) <= true < Fraction(told) + Fraction(1, 10)
    assert (told == "100.0") == (part >= whole)


def test_a_share_of_one_second_less_than_all_is_no_hundred() -> None:
    assert held.share(10**9 - 1, 10**9) == "99.9"


def test_watched_leaves_out_what_nobody_heard_of() -> None:
    sums = dict.fromkeys(ORDER, 1)
    assert held.watched(sums) == len(ORDER) - 2
