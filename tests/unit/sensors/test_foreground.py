"""The window in front becomes an event when it stayed there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import pytest

from agentguard.base.errors import PlatformError
from agentguard.model.events import AppFocused, SensorState, Watching
from agentguard.sensors.foreground import STEADY, ForegroundSensor, FrontSensor, Heard
from tests.desktop.harness import eventually
from tests.unit.sensors.desk import clock, desktop
from tests.unit.sensors.running import Running

__all__ = ["clock", "desktop"]


class Both:
    """One who hears and one who tells, each in a thread of its own."""

    def __init__(self, clock, desktop, steady: float = STEADY) -> None:
        heard = Heard()
        self.hearing = Running(ForegroundSensor(desktop.backend.foreground, heard, clock), clock)
        self.telling = Running(FrontSensor(heard, clock, steady=steady), clock)

    def __enter__(self) -> Self:
        self.hearing.__enter__()
        self.telling.__enter__()
        return self

    def __exit__(self, *why: object) -> None:
        self.telling.__exit__(*why)
        self.hearing.__exit__(*why)

    @property
    def events(self) -> list[object]:
        return [one for one in self.telling.events if isinstance(one, AppFocused)]


@pytest.fixture
def running(clock, desktop) -> Iterator[Both]:
    desktop.focus("crm", "Crm", 7)
    with Both(clock, desktop) as started:
        eventually(lambda: desktop.watchers)
        yield started


def focused(running: Both) -> list[str]:
    return [event.image for event in running.events if isinstance(event, AppFocused)]


def test_it_says_that_it_watches(running) -> None:
    running.hearing.until(1)
    said = running.hearing.events[0]
    assert isinstance(said, SensorState)
    assert (said.sensor, said.state) == ("foreground", Watching.WATCHING)


def test_the_window_at_the_start_is_told_after_its_time(running, clock) -> None:
    eventually(lambda: advances(clock, 0.1) and focused(running) == ["crm"])
    event = running.events[-1]
    assert (event.window_class, event.window) == ("Crm", 7)


def test_a_glance_is_not_told(running, clock, desktop) -> None:
    eventually(lambda: advances(clock, 2) and focused(running) == ["crm"])
    desktop.focus("mail")
    desktop.focus("crm", "Crm", 7)
    desktop.focus("chat")
    eventually(lambda: advances(clock, 2) and len(focused(running)) > 1)
    assert focused(running) == ["crm", "chat"]


def test_flapping_fifty_times_a_second_tells_nothing(running, clock, desktop) -> None:
    eventually(lambda: advances(clock, 2) and focused(running) == ["crm"])
    for _ in range(100):
        desktop.focus("mail")
        desktop.focus("chat")
    desktop.focus("crm", "Crm", 7)
    advances(clock, 2)
    desktop.focus("end")
    eventually(lambda: advances(clock, 2) and focused(running)[-1] == "end")
    assert focused(running) == ["crm", "end"]


def test_with_no_time_every_change_is_told(clock, desktop) -> None:
    with Both(clock, desktop, steady=0) as running:
        eventually(lambda: focused(running) == [""])
        desktop.focus("crm")
        eventually(lambda: focused(running) == ["", "crm"])
        desktop.focus("mail")
        eventually(lambda: focused(running) == ["", "crm", "mail"])


def test_a_window_manager_that_does_not_answer_ends_the_watch(running, desktop) -> None:
    desktop.refuse("foreground")
    assert isinstance(running.hearing.error(), PlatformError)


def advances(clock, seconds: float) -> bool:
    clock.advance(seconds)
    return True
