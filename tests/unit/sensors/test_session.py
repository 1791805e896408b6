"""The session's changes become events, and only its changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentguard.base.errors import PlatformError
from agentguard.model.events import SensorState, SessionState, Watching
from agentguard.sensors.session import SessionSensor
from tests.unit.sensors.desk import clock, desktop
from tests.unit.sensors.running import Running, seconds_pass

__all__ = ["clock", "desktop"]


@pytest.fixture
def running(clock, desktop) -> Iterator[Running]:
    with Running(SessionSensor(desktop.backend.session, clock), clock) as started:
        clock.settle()
        yield started


def states(running: Running) -> list[SessionState]:
    return [e for e in running.events if isinstance(e, SessionState)]


def test_it_says_that_it_watches_and_how_the_session_is(running) -> None:
    watching, state = running.events
    assert isinstance(watching, SensorState)
    assert (watching.sensor, watching.state) == ("session", Watching.WATCHING)
    assert (state.locked, state.idle, state.source) == (False, 0, "simulated")


def test_a_lock_is_told_within_a_second(running, clock, desktop) -> None:
    desktop.lock()
    seconds_pass(clock, 1)
    assert states(running)[-1].locked is True


def test_an_unlock_is_told_within_a_second(running, clock, desktop) -> None:
    desktop.lock()
    seconds_pass(clock, 1)
    desktop.unlock()
    seconds_pass(clock, 1)
    assert states(running)[-1].locked is False


def test_idle_time_is_told_in_steps_of_five_seconds(running, clock) -> None:
    seconds_pass(clock, 20)
    assert [state.idle for state in states(running)] == [0, 5, 10, 15, 20]


def test_the_end_of_idle_time_is_told_at_once(running, clock, desktop) -> None:
    seconds_pass(clock, 30)
    desktop.type_key()
    seconds_pass(clock, 1)
    assert states(running)[-1].idle < 5


def test_somebody_who_works_is_told_once_a_minute(running, clock, desktop) -> None:
    for _ in range(130):
        desktop.type_key()
        seconds_pass(clock, 1)
    assert len(states(running)) == 3


def test_a_jump_of_the_wall_clock_is_no_idle_time(running, clock) -> None:
    clock.jump_wall(10 * 365 * 86400)
    seconds_pass(clock, 1)
    assert states(running)[-1].idle == 0


def test_a_session_that_does_not_answer_ends_the_watch_with_its_error(clock, desktop) -> None:
    desktop.refuse("session")
    with Running(SessionSensor(desktop.backend.session, clock), clock) as running:
        assert isinstance(running.error(), PlatformError)
    assert running.events == []


def test_it_stops_when_it_is_told_to(running) -> None:
    running.end()
    assert running.ended
