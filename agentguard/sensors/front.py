"""Which program is in front now, however shortly: where something would be pasted.

The first change is told at once and a burst of them ten times a second, the newest each time: a
window that a program keeps flapping to costs little and is not missed for long.
"""

from __future__ import annotations

from agentguard.model.events import WindowInFront
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import FocusedWindow, Foreground
from agentguard.ports.sensor import Submit
from agentguard.sensors.clipboard import TokenBucket

NAME = "front"
RATE = 10.0  # changes told in a second, after a burst of as many


class FrontSensor:
    """Tells the program in front; whether the desktop can be watched, the other sensor tells."""

    name = NAME

    def __init__(self, foreground: Foreground, clock: Clock) -> None:
        self._foreground = foreground
        self._clock = clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch until `stop` is set; a PlatformError ends the watch."""
        bucket = TokenBucket(RATE, self._clock)

        def focused(window: FocusedWindow) -> None:
            if not self._clock.wait(stop, bucket.take()):
                submit(
                    WindowInFront(
                        at=self._clock.now(),
                        image=window.image,
                        window_class=window.window_class,
                    )
                )

        self._foreground.watch(focused, stop)
