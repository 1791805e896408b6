"""The window in front, to events."""

from __future__ import annotations

from agentguard.model.events import AppFocused
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.foreground import FocusedWindow, Foreground, Sort, unsorted
from agentguard.ports.sensor import Submit
from agentguard.sensors.absent_sensor import watching_state

NAME = "foreground"
STEADY = 1.5  # seconds in front before a window counts: a glance asks for no second factor


class ForegroundSensor:
    """Tells which program came to the front and stayed there for `steady` seconds."""

    name = NAME

    def __init__(
        self,
        foreground: Foreground,
        clock: Clock,
        *,
        steady: float = STEADY,
        sort: Sort = unsorted,
    ) -> None:
        self._foreground = foreground
        self._clock = clock
        self._steady = steady
        self._sort = sort

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch until `stop` is set; a PlatformError ends the watch."""

        def focused(window: FocusedWindow) -> None:
            submit(
                AppFocused(
                    at=self._clock.now(),
                    image=window.image,
                    window_class=window.window_class,
                    window=window.window,
                    titled=window.titled,
                )
            )

        submit(watching_state(self.name, self._clock))
        self._foreground.watch(focused, stop, steady=self._steady, sort=self._sort)
