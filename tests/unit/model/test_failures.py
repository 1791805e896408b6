"""Failures at a stretch: from their true beginning, whether they were mended, and the median."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.failures import failures, median
from agentguard.model.held import Control, Period, Presence, Span, State
from tests.unit.model.test_held import CONTROLS, PERIODS


def span(since: int, until: int, state: State = State.FAIL) -> Span:
    return Span(since=since, until=until, state=state)


PERIOD = Period(since=100, until=200)


def told(*spans: Span, **more: object) -> list[tuple[int, int, bool]]:
    control = Control(judged=0, spans=spans, **more)  # type: ignore[arg-type]
    return [(one.since, one.until, one.mended) for one in failures(control, PERIOD)]


def test_row_266_a_failure_begins_where_it_began_and_is_mended_when_it_passes() -> None:
    assert told(span(40, 120)) == [(40, 120, True)]
    assert told(span(40, 120), span(120, 130, State.UNKNOWN)) == [(40, 120, False)]
    assert told(span(150, 250)) == [(150, 200, False)], "it goes on"
    assert told(span(10, 90)) == []
    assert told(span(10, 100)) == [(10, 100, True)], "mended in the first second of the period"
    assert told(span(10, 100), span(100, 110, State.PAUSED)) == []
    assert told(span(40, 120, State.UNKNOWN)) == []


def test_row_266_time_under_an_exception_is_no_failure() -> None:
    assert told(span(110, 190), excepted=((130, 150),)) == [(110, 130, False), (150, 190, True)]


def test_row_266_a_desk_that_is_turned_away_fails_no_longer() -> None:
    control = Control(judged=0, spans=(span(110, 500),))
    gone = [Span(since=150, until=200, state=State.NOT_ENROLLED)]
    assert [(o.until, o.mended) for o in failures(control, PERIOD, gone)] == [(150, False)]


@given(PERIODS, CONTROLS)
def test_row_266_failures_within_a_period_are_the_seconds_that_failed(
    period: Period, control: Control
) -> None:
    parts = Presence(period, ()).partition(control)
    wanted = sum(one.seconds for one in parts if one.state is State.FAIL)
    found = list(failures(control, period))
    assert sum(b - a for one in found for a, b in (period.of(one.since, one.until),)) == wanted


@given(st.lists(st.integers(0, 50)))
def test_row_266_half_were_mended_within_the_median(lengths: list[int]) -> None:
    half = median(lengths)
    if half is None:
        assert not lengths
        return
    assert 2 * sum(one <= half for one in lengths) >= len(lengths)
    assert 2 * sum(one < half for one in lengths) < len(lengths)
