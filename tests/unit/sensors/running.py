"""Runs a sensor in a thread of its own and keeps what it submits."""

from __future__ import annotations

import threading
from typing import Self

from agentguard.model.events import Event
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.sensor import Sensor
from tests.desktop.harness import eventually


class Running:
    """A sensor that runs from `with` to its end."""

    def __init__(self, sensor: Sensor, clock: FakeClock) -> None:
        self.events: list[Event] = []
        self.clock = clock
        self._errors: list[Exception] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(sensor,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def ended(self) -> bool:
        """Whether the sensor gave up or was stopped."""
        return not self._thread.is_alive()

    def end(self) -> None:
        """Stop it; it must end soon."""
        self._stop.set()
        self._thread.join(5)
        assert self.ended

    def error(self) -> Exception:
        """Wait for the error that ended it, and give it."""
        return eventually(lambda: self._errors[-1] if self._errors else None)

    def until(self, count: int) -> None:
        """Wait until it submitted `count` events."""
        eventually(lambda: len(self.events) >= count)

    def _run(self, sensor: Sensor) -> None:
        try:
            sensor.run(self.events.append, self._stop)
        except Exception as error:  # noqa: BLE001 - the thread's boundary, as the supervisor's
            self._errors.append(error)


def seconds_pass(clock: FakeClock, seconds: int) -> None:
    """Let seconds pass one by one, each seen by the sensor that waits on the clock."""
    for _ in range(seconds):
        clock.settle()
        clock.advance(1)
        clock.settle()
