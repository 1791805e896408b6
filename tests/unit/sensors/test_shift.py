"""The end of a shift by the clock: once, by time that really passed, and after the call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agentguard.model.locking import ShiftEnded, ShiftEnder
from agentguard.model.policy import Contact, Policy, ShiftRules, Watch
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.shift import EVERY, ShiftSensor, local
from tests.unit.sensors.running import Running

BERLIN = ZoneInfo("Europe/Berlin")
NOTHING = Policy(
    name="test", version=1, description="", watch=Watch(), retention=(), backup_markers=(),
    contact=Contact(), controls={}, digest="",
)  # fmt: skip
DAY = timedelta(days=1)


class Wall:
    """A desk in Berlin, at a time of its own, with a policy that names ends of shifts."""

    def __init__(self, *ends: str, at: str) -> None:
        begun = datetime.fromisoformat(at).replace(tzinfo=BERLIN)
        self.clock = FakeClock(wall=begun.timestamp())
        self.policy = replace(NOTHING, shift=ShiftRules(ends=ends))
        self.busy = False
        self.sensor = ShiftSensor(lambda: self.policy, self.clock, lambda: self.busy, self.here)

    def here(self, wall: float) -> datetime:
        return datetime.fromtimestamp(wall, UTC).astimezone(BERLIN).replace(tzinfo=None)

    @contextmanager
    def watched(self) -> Iterator[Running]:
        with Running(self.sensor, self.clock) as running:
            self.clock.settle()
            yield running

    def pass_time(self, **time: float) -> None:
        """Let time pass at once, as a computer that sleeps; the sensor sees the end of it."""
        self.clock.advance(timedelta(**time).total_seconds())
        self.clock.settle()


def told(running: Running) -> int:
    assert all(isinstance(event, ShiftEnded) for event in running.events)
    return len(running.events)


def test_it_is_told_once_when_its_time_has_come() -> None:
    wall = Wall("17:30", at="2026-11-26 17:29:50")
    with wall.watched() as running:
        wall.pass_time(seconds=EVERY)
        assert [event.by for event in running.events] == [ShiftEnder.SCHEDULE]
        assert running.events[0].at == wall.clock.now()
        for _ in range(4):
            wall.pass_time(seconds=EVERY)
        assert told(running) == 1
        wall.pass_time(hours=24)
        assert told(running) == 2


def test_who_starts_after_it_is_left_alone() -> None:
    wall = Wall("17:30", at="2026-11-26 17:30:00")
    with wall.watched() as running:
        wall.pass_time(hours=3)
        assert told(running) == 0


def test_each_shift_of_a_day_has_its_end() -> None:
    wall = Wall("06:00", "14:00", "22:00", at="2026-11-26 05:00")
    with wall.watched() as running:
        for _ in range(24):
            wall.pass_time(hours=1)
        assert told(running) == 3


@pytest.mark.parametrize("hours", [3.0, 30.0, 15.5, 39.0], ids=lambda hours: f"{hours:g}h")
def test_what_came_while_the_computer_slept_is_told_when_it_wakes(hours) -> None:
    wall = Wall("17:30", at="2026-11-26 17:00")
    with wall.watched() as running:
        wall.pass_time(hours=hours)
        assert told(running) == 1


@pytest.mark.parametrize(
    "seconds", [3600.0, 86_400.0, 10 * 365.25 * 86_400, -3600.0], ids=["h", "d", "10y", "back"]
)
def test_a_clock_that_is_set_ends_no_shift(seconds) -> None:
    wall = Wall("17:30", at="2026-11-26 17:00")
    with wall.watched() as running:
        wall.clock.jump_wall(seconds)
        for _ in range(4):
            wall.pass_time(seconds=EVERY)
        assert told(running) == 0


@pytest.mark.parametrize(
    ("day", "times"), [("2026-10-25", 1), ("2026-03-29", 1)], ids=["repeated", "left-out"]
)
def test_an_hour_that_is_repeated_or_left_out_has_one_end(day, times) -> None:
    wall = Wall("02:30", at=f"{day} 00:10")
    with wall.watched() as running:
        for _ in range(36):
            wall.pass_time(minutes=10)
        assert told(running) == times


def test_a_call_ends_first() -> None:
    wall = Wall("17:30", at="2026-11-26 17:29:50")
    wall.busy = True
    with wall.watched() as running:
        for _ in range(40):
            wall.pass_time(seconds=EVERY)
        assert told(running) == 0
        wall.busy = False
        wall.pass_time(seconds=EVERY)
        assert told(running) == 1


def test_without_a_time_in_the_policy_nothing_is_told_and_a_new_policy_counts_at_once() -> None:
    wall = Wall(at="2026-11-26 08:00")
    with wall.watched() as running:
        wall.pass_time(hours=30)
        assert told(running) == 0
        wall.policy = replace(NOTHING, shift=ShiftRules(ends=("14:05",)))
        wall.pass_time(minutes=10)
        assert told(running) == 1


def test_the_time_is_this_computers_own() -> None:
    wall = datetime(2026, 11, 26, 17, 30, tzinfo=UTC).astimezone()
    assert local(wall.timestamp()) == wall.replace(tzinfo=None)
