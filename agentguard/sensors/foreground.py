"""The window in front, heard by one thread, for all that is told of it."""

from __future__ import annotations

from agentguard.ports.bell import Bell
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.foreground import FocusedWindow, Foreground, Sort, unsorted
from agentguard.ports.sensor import Submit
from agentguard.sensors.absent_sensor import watching_state

NAME = "foreground"


class Heard:
    """The newest window in front; safe for one who hears and one who tells."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.newest: FocusedWindow | None = None
        self.begun = 0
        """How often somebody began to hear: whoever does is told all anew."""

    def hear(self, window: FocusedWindow) -> None:
        """Take the newest window."""
        self.newest = window
        self.bell.ring()

    def begin(self) -> None:
        """Know that whoever hears begins, and knows of no window yet."""
        self.newest = None
        self.begun += 1


class ForegroundSensor:
    """Hears of each window that comes to the front; what it hears is told in turns (`front`)."""

    name = NAME

    def __init__(
        self, foreground: Foreground, heard: Heard, clock: Clock, *, sort: Sort = unsorted
    ) -> None:
        self._foreground = foreground
        self._heard = heard
        self._clock = clock
        self._sort = sort

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch until `stop` is set; a PlatformError ends the watch."""
        self._heard.begin()
        submit(watching_state(self.name, self._clock))
        self._foreground.watch(self._heard.hear, stop, sort=self._sort)
