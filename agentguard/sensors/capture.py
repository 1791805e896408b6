"""Whether our windows stay out of pictures of the screen: tried once, and told honestly."""

from __future__ import annotations

from agentguard.base.errors import PlatformError
from agentguard.model.messages import say
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Absent, Capture
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import IDLE, Turns, alone
from agentguard.sensors.absent_sensor import absent_state, watching_state

NAME = "capture"


class CaptureSensor:
    """Tries it with a window that nobody sees; what is refused is told as absent."""

    name = NAME

    def __init__(self, capture: Capture | Absent, clock: Clock) -> None:
        self._capture = capture
        self._clock = clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Try, tell and wait for the end."""
        alone(self.turns(submit, stop), self._clock, stop)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Try, tell and live on."""
        if isinstance(self._capture, Absent):
            submit(absent_state(NAME, self._capture.reason, self._clock))
        else:
            try:
                self._capture.tried()
            except PlatformError:
                submit(absent_state(NAME, say("desktop.capture-refused"), self._clock))
            else:
                submit(watching_state(NAME, self._clock))
        while True:
            yield IDLE
