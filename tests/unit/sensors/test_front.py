"""Which program is in front now: told at once, a burst ten times a second, the newest at last."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentguard.model.events import AppFocused, WindowInFront
from agentguard.sensors.foreground import ForegroundSensor, FrontSensor, Heard
from tests.desktop.harness import eventually
from tests.unit.sensors.desk import clock, desktop
from tests.unit.sensors.running import Running

__all__ = ["clock", "desktop"]


@pytest.fixture
def running(clock, desktop) -> Iterator[Running]:
    heard = Heard()
    hearing = ForegroundSensor(desktop.backend.foreground, heard, clock)
    with Running(hearing, clock), Running(FrontSensor(heard, clock), clock) as started:
        eventually(lambda: desktop.watchers)
        yield started


def test_each_window_that_stays_is_told_without_its_title(running, clock, desktop) -> None:
    for image in ("crm", "chat"):
        desktop.focus(image, image.title())
        eventually(lambda image=image: passes(clock) and images(running)[-1:] == [image])
    assert {type(event) for event in running.events} <= {WindowInFront, AppFocused}
    assert "Crm" not in {getattr(event, "titled", "") for event in running.events}


def test_flapping_fifty_times_a_second_costs_ten_and_ends_with_the_newest(
    running, clock, desktop
) -> None:
    for number in range(250):  # five seconds of it
        desktop.focus("crm" if number % 2 else "payments")
        clock.advance(0.02)
    desktop.focus("end")
    eventually(lambda: passes(clock) and images(running)[-1:] == ["end"])
    assert len(running.events) < 60


def images(running: Running) -> list[str]:
    return [event.image for event in running.events if isinstance(event, WindowInFront)]


def passes(clock) -> bool:
    clock.advance(0.1)
    return True
