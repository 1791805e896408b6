"""An agent of which one half hangs is ended or begun anew, and one that is only slow never."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentguard.platforms.simulated import FakeClock
from agentguard.runtime.halves import ENGINE, LONG, LOOP, TURN, Halves


class Desk:
    """Both halves over a made-up clock."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.at = self.clock.now()
        self.told: list[str] = []
        self.halves = Halves(self.clock, lambda: self.at, self.told.append)

    def seconds(self, count: int, *, judges: bool = True, looks: bool = True) -> None:
        """Let seconds go by, in which both halves turn or one hangs."""
        for second in range(count):
            self.clock.advance(1)
            if judges:
                self.at = self.clock.now()
            if looks:
                self.halves.looked()
            if second % int(TURN) == 0:
                self.halves.turned()


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.seconds(10)
    return made


def test_row_429_halves_that_turn_are_left_alone(desk: Desk) -> None:
    desk.seconds(4 * int(LONG))
    assert desk.told == []


@pytest.mark.parametrize(("judges", "looks", "half"), [(False, True, ENGINE), (True, False, LOOP)])
def test_row_429_a_half_that_hangs_is_told_once(
    desk: Desk, half: str, *, judges: bool, looks: bool
) -> None:
    desk.seconds(int(LONG) - 2, judges=judges, looks=looks)
    assert desk.told == []
    desk.seconds(2 * int(LONG), judges=judges, looks=looks)
    assert desk.told == [half]


@pytest.mark.parametrize(("judges", "looks"), [(False, True), (True, False)])
def test_row_429_who_comes_back_in_time_is_counted_anew(
    desk: Desk, *, judges: bool, looks: bool
) -> None:
    for _ in range(5):
        desk.seconds(int(LONG) - 10, judges=judges, looks=looks)
        desk.seconds(2)
    assert desk.told == []


def sleep(desk: Desk) -> None:
    desk.clock.advance(12 * 3600)


def set_clock(desk: Desk) -> None:
    desk.clock.jump_wall(12 * 3600)


@pytest.mark.parametrize("happens", [sleep, set_clock])
def test_row_429_a_sleep_or_a_clock_that_is_set_silences_nobody(
    desk: Desk, happens: Callable[[Desk], None]
) -> None:
    for _ in range(int(LONG)):
        happens(desk)
        desk.halves.looked()
        desk.halves.turned()
        desk.seconds(2)
    assert desk.told == []


def test_row_429_looks_in_quick_succession_are_one(desk: Desk) -> None:
    for _ in range(10 * int(LONG)):
        desk.halves.looked()
    assert desk.told == []


def test_row_429_a_loop_that_has_not_begun_is_not_missed() -> None:
    desk = Desk()
    desk.seconds(4 * int(LONG), looks=False)
    assert desk.told == []
