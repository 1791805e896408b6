"""Whether a call is live, to events."""

from __future__ import annotations

from agentguard.model.events import CallState
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Calls
from agentguard.ports.sensor import Submit
from agentguard.sensors.absent import watching_state

NAME = "call"
EVERY = 1.0  # seconds between two looks


class CallSensor:
    """Tells when a call begins or ends, and at the start how it is."""

    name = NAME

    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look each second; a PlatformError ends the watch."""
        told: tuple[bool, str] | None = None
        while not stop.is_set():
            seen = self._calls.in_call()
            if told is None:
                submit(watching_state(self.name, self._clock))
            if seen != told:
                told = seen
                submit(CallState(at=self._clock.now(), in_call=seen[0], source=seen[1]))
            self._clock.wait(stop, EVERY)
