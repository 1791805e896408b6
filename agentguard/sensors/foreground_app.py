"""Which program is in front now, however shortly: where something would be pasted.

One actor hears of each window and keeps the newest; the other tells it, at once and then at most
ten times a second. So a window that a program keeps flapping to costs little, is told all the same,
and what is told is never old.
"""

from __future__ import annotations

from agentguard.model.foreground import WindowInFront
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.foreground import FocusedWindow, Foreground
from agentguard.ports.sensor import Submit
from agentguard.sensors.wake_signal import Bell

NAME = "front"
PAUSE = 0.1  # seconds between two tellings
LONG = 3600.0


class Hearing:
    """Hears of each window that comes to the front; whether it can, another sensor tells."""

    name = f"{NAME}-heard"

    def __init__(self, foreground: Foreground) -> None:
        self._foreground = foreground
        self.bell = Bell()
        self.newest: FocusedWindow | None = None

    def run(self, _submit: Submit, stop: Stop) -> None:
        """Watch until `stop` is set; a PlatformError ends the watch."""
        self._foreground.watch(self._hear, stop)

    def _hear(self, window: FocusedWindow) -> None:
        self.newest = window
        self.bell.ring()


class FrontSensor:
    """Tells what was heard."""

    name = NAME

    def __init__(self, heard: Hearing, clock: Clock) -> None:
        self._heard = heard
        self._clock = clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Tell until `stop` is set."""
        self._heard.bell.attach(stop)
        while not stop.is_set():
            self._clock.wait(self._heard.bell, LONG)
            self._heard.bell.hush()
            window = self._heard.newest
            if window is None or stop.is_set():
                continue
            submit(
                WindowInFront(
                    at=self._clock.now(), image=window.image, window_class=window.window_class
                )
            )
            self._clock.wait(stop, PAUSE)
