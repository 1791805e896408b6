"""Every capability has its sensor, or something that says that it is absent."""

from __future__ import annotations

import pytest

from agentguard.model.events import SensorState, Watching
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.ports.sensor import Sensor
from agentguard.sensors.desktop import desktop_sensors
from tests.unit.sensors.desk import clock, desktop
from tests.unit.sensors.running import Running

__all__ = ["clock", "desktop"]


def sensors(backend, clock) -> dict[str, Sensor]:
    return {sensor.name: sensor for sensor in desktop_sensors(backend, lambda _: (), clock)}


@pytest.mark.parametrize("name", ["session", "clipboard", "foreground", "call", "capture"])
def test_a_capability_that_is_there_is_watched(clock, desktop, name) -> None:
    assert first_state(sensors(desktop.backend, clock)[name], clock).state is Watching.WATCHING


@pytest.mark.parametrize(
    ("capability", "name"),
    [
        ("session", "session"),
        ("clipboard", "clipboard"),
        ("foreground", "foreground"),
        ("calls", "call"),
        ("capture", "capture"),
    ],
)
def test_an_absent_capability_is_said_once_with_its_reason(clock, capability, name) -> None:
    backend = SimulatedDesktop(clock, absent=[capability]).backend
    with Running(sensors(backend, clock)[name], clock) as running:
        running.until(1)
        clock.advance(3600)
    state, *more = running.events
    assert not [event for event in more if isinstance(event, SensorState)]
    assert (state.sensor, state.state) == (name, Watching.ABSENT)
    assert state.message.id == "desktop.simulated"


def first_state(sensor, clock) -> SensorState:
    with Running(sensor, clock) as running:
        running.until(1)
    return running.events[0]


def test_windows_that_stay_in_pictures_are_said_to(clock, desktop) -> None:
    desktop.refuse("capture")
    state = first_state(sensors(desktop.backend, clock)["capture"], clock)
    assert (state.state, state.message.id) == (Watching.ABSENT, "desktop.capture-refused")
