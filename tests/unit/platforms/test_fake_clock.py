"""The clock that tests and the demonstration move by hand."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms.simulated import FakeClock


class Waiter:
    """Waits on the clock in a thread of its own."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        self.stop = threading.Event()
        self.answers: list[bool] = []
        self.thread = threading.Thread(
            target=lambda: self.answers.append(clock.wait(self.stop, seconds))
        )
        self.thread.start()

    def join(self) -> None:
        self.thread.join(5)
        assert not self.thread.is_alive()


@given(st.lists(st.floats(min_value=0, max_value=1e6), max_size=20))
def test_both_clocks_advance_by_what_is_asked(steps: list[float]) -> None:
    clock = FakeClock()
    before = clock.now()
    for step in steps:
        clock.advance(step)
    assert clock.now().since(before) == pytest.approx(sum(steps))
    assert clock.now().wall - before.wall == pytest.approx(sum(steps), abs=1e-3)


@pytest.mark.parametrize("jump", [10 * 365 * 86400, -86400])
def test_a_jump_of_the_wall_clock_leaves_boot_time(jump: float) -> None:
    clock = FakeClock()
    before = clock.now()
    clock.jump_wall(jump)
    assert clock.now().boot == before.boot
    assert clock.now().wall == before.wall + jump


def test_a_wait_ends_when_enough_time_has_passed() -> None:
    clock = FakeClock()
    waiter = Waiter(clock, 10)
    clock.settle()
    clock.advance(9)
    clock.settle()
    assert waiter.answers == []
    clock.advance(1)
    waiter.join()
    assert waiter.answers == [False]


def test_a_wait_ends_when_it_is_stopped() -> None:
    clock = FakeClock()
    waiter = Waiter(clock, 10)
    clock.settle()
    waiter.stop.set()
    waiter.join()
    assert waiter.answers == [True]


def test_a_jump_of_the_wall_clock_ends_no_wait() -> None:
    clock = FakeClock()
    waiter = Waiter(clock, 10)
    clock.settle()
    clock.jump_wall(1_000_000)
    clock.settle()
    assert waiter.answers == []
    waiter.stop.set()
    waiter.join()


def test_settling_after_an_advance_means_that_the_work_is_done() -> None:
    clock, stop, done = FakeClock(), threading.Event(), []

    def work() -> None:
        while not clock.wait(stop, 1):
            stop.wait(0.01)
            done.append(clock.now())

    thread = threading.Thread(target=work)
    thread.start()
    clock.settle()
    for count in range(1, 20):
        clock.advance(1)
        clock.settle()
        assert len(done) == count
    stop.set()
    thread.join(5)


def test_no_wait_takes_no_time() -> None:
    assert FakeClock().wait(threading.Event(), 0) is False


def test_to_settle_in_vain_is_an_error() -> None:
    with pytest.raises(TimeoutError):
        FakeClock().settle(within=0.05)
