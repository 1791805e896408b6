"""Calls become events when they begin and end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentguard.errors import PlatformError
from agentguard.model.events import CallState, SensorState, Watching
from agentguard.sensors.call import CallSensor
from tests.unit.sensors.desk import clock, desktop
from tests.unit.sensors.running import Running, seconds_pass

__all__ = ["clock", "desktop"]


@pytest.fixture
def running(clock, desktop) -> Iterator[Running]:
    with Running(CallSensor(desktop.backend.calls, clock), clock) as started:
        clock.settle()
        yield started


def calls(running: Running) -> list[tuple[bool, str]]:
    return [(e.in_call, e.source) for e in running.events if isinstance(e, CallState)]


def test_it_says_that_it_watches_and_whether_a_call_is_live(running) -> None:
    assert isinstance(running.events[0], SensorState)
    assert (running.events[0].sensor, running.events[0].state) == ("call", Watching.WATCHING)
    assert calls(running) == [(False, "")]


def test_a_call_is_told_at_its_beginning_and_its_end_only(running, clock, desktop) -> None:
    desktop.call(True, "softphone")
    seconds_pass(clock, 30)
    desktop.call(False)
    seconds_pass(clock, 30)
    assert calls(running) == [(False, ""), (True, "softphone"), (False, "")]


def test_a_source_that_does_not_answer_ends_the_watch(running, clock, desktop) -> None:
    desktop.refuse("calls")
    clock.advance(1)
    assert isinstance(running.error(), PlatformError)
