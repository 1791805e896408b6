"""The wall clock is set or drifts: it is written down, once, and nothing else follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.engine.wall import CALM, DRIFT, compared
from agentguard.model.moments import Moment

HOUR, DAY = 3600, 86_400


def told(rig) -> list[tuple[object, object]]:
    return [
        (r.payload["how"], r.payload["seconds"])
        for r in rig.journal.records
        if r.kind == "clock.changed"
    ]


def ticks(rig, count: int, *, wall: float = 0.0, seconds: float = 1.0) -> None:
    """Let the clock tick; with each tick wall time goes `wall` seconds more than boot time."""
    for _ in range(count):
        rig.clock.jump_wall(wall)
        rig.tick(seconds)


@pytest.mark.parametrize(
    "seconds",
    [3650 * DAY, -730 * DAY, -1_790_000_000, 400_000_000, HOUR, -HOUR, 10],
    ids=["+10-years", "-2-years", "to-1970", "past-2038", "+1-hour", "-1-hour", "10-s"],
)
def test_a_clock_that_is_set_is_told_once(rig, seconds: int) -> None:
    ticks(rig, 3)
    rig.clock.jump_wall(seconds)
    ticks(rig, 30)
    assert told(rig) == [("step", seconds)]
    rig.clock.jump_wall(-seconds)
    ticks(rig, 30)
    assert told(rig) == [("step", seconds), ("step", -seconds)]


def test_a_pause_between_the_two_readings_is_no_step(rig) -> None:
    ticks(rig, 3)
    rig.clock.jump_wall(600)
    ticks(rig, 1)
    rig.clock.jump_wall(-600)
    ticks(rig, 3)
    assert told(rig) == []


@pytest.mark.parametrize("leap", [1, -1])
def test_a_leap_second_is_nothing(rig, leap: int) -> None:
    ticks(rig, 3)
    rig.clock.jump_wall(leap)
    ticks(rig, 60)
    assert told(rig) == []


@pytest.mark.parametrize("a_minute", [5.0, -5.0], ids=["fast", "slow"])
def test_a_drift_of_five_minutes_an_hour_is_one_event(rig, a_minute: float) -> None:
    ticks(rig, 12 * 60, wall=a_minute / 6, seconds=10)
    ticks(rig, 36 * 60, wall=a_minute / 2, seconds=30)
    (only,) = told(rig)
    assert only[0] == "drift"
    assert abs(int(str(only[1]))) >= DRIFT


def test_a_drift_after_a_calm_day_is_told_again(rig) -> None:
    for _ in range(2):
        ticks(rig, 100, wall=1)
        ticks(rig, int(CALM / 60) + 1, seconds=60)
    assert [how for how, _ in told(rig)] == ["drift", "drift"]


def test_a_suspend_is_neither(rig) -> None:
    ticks(rig, 3)
    for seconds in (30, HOUR, 30 * DAY):
        rig.clock.advance(seconds)
        ticks(rig, 3)
    assert told(rig) == []


@given(st.lists(st.floats(-1e9, 1e9, allow_nan=False), max_size=30))
def test_a_steady_clock_is_believed_whatever_it_did_before(moves: list[float]) -> None:
    wall, boot, ahead, noted = None, 1_000.0, 1.79e9, []
    for move in (*moves, 0.0, 0.0):
        boot, ahead = boot + 1, ahead + move
        wall, more = compared(wall, Moment(boot=boot, wall=boot + ahead))
        noted += more
    assert wall is not None
    assert abs(wall.believed - ahead) < DRIFT
    assert len(noted) <= len(moves)
