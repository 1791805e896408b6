"""The window in front, heard by one thread, for all that is told of it.

Which program is in front is told in two ways: now, however shortly, and which has stayed there.
Where something would be pasted is told at once and then at most ten times a second, so that a
window that a program keeps flapping to costs little, is told all the same, and what is told is
never old. A window that stays a moment is told as the one that is used.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.model.events import AppFocused, WindowInFront
from agentguard.model.moments import Moment
from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.foreground import FocusedWindow, Foreground, Sort, unsorted
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import IDLE, Turns, alone
from agentguard.sensors.absent_sensor import watching_state

NAME = "foreground"
FRONT = "front"
PAUSE = 0.1  # seconds between two tellings
STEADY = 1.5  # seconds in front before a window counts: a glance asks for no second factor
LOOK = 0.5
"""Seconds between two looks at a window whose time runs: shorter than what the wheel rounds."""


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


class FrontSensor:
    """Tells what was heard."""

    name = FRONT

    def __init__(self, heard: Heard, clock: Clock, *, steady: float = STEADY) -> None:
        self._heard = heard
        self._clock = clock
        self._steady = steady

    @property
    def bell(self) -> Bell:
        """What rings when something was heard."""
        return self._heard.bell

    def run(self, submit: Submit, stop: Stop) -> None:
        """Tell until `stop` is set."""
        alone(self.turns(submit, stop), self._clock, stop, self.bell)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Tell each window at once, and again when it has stayed."""
        begun, seen, used = 0, _Seen(), None
        while True:
            self.bell.hush()
            window, now = self._heard.newest, self._clock.now()
            if begun != self._heard.begun:
                begun, seen, used = self._heard.begun, _Seen(), None
            if window is not None:
                seen.look(window, now)
                if seen.is_due(now):
                    submit(_in_front(window, now))
                if window != used and seen.stayed(now) >= self._steady:
                    used = window
                    submit(_used(window, now))
            yield seen.pause(now, None if window == used else self._steady)


class _Seen:
    """The window in front since when, and what was last told of it."""

    def __init__(self) -> None:
        self._window: FocusedWindow | None = None
        self._since: Moment | None = None
        self._told: FocusedWindow | None = None
        self._told_at: Moment | None = None

    def look(self, window: FocusedWindow, now: Moment) -> None:
        """See what is in front now."""
        if window != self._window:
            self._window, self._since = window, now

    def stayed(self, now: Moment) -> float:
        """Return the seconds for which it has been there."""
        return 0.0 if self._since is None else now.since(self._since)

    def is_due(self, now: Moment) -> bool:
        """Check whether it is to be told now, and take it for told then."""
        if self._window is None or self._rest(now) > 0:
            return False
        bare = replace(self._window, titled=())
        if bare == self._told:
            return False
        self._told, self._told_at = bare, now
        return True

    def _rest(self, now: Moment) -> float:
        return 0.0 if self._told_at is None else max(0.0, PAUSE - now.since(self._told_at))

    def pause(self, now: Moment, steady: float | None) -> float:
        """Return the seconds until there may be something to tell."""
        if self._window is None:
            return IDLE
        if replace(self._window, titled=()) != self._told:
            return max(0.01, self._rest(now))
        return IDLE if steady is None else min(LOOK, max(0.01, steady - self.stayed(now)))


def _in_front(window: FocusedWindow, at: Moment) -> WindowInFront:
    return WindowInFront(at=at, image=window.image, window_class=window.window_class)


def _used(window: FocusedWindow, at: Moment) -> AppFocused:
    return AppFocused(
        at=at,
        image=window.image,
        window_class=window.window_class,
        window=window.window,
        titled=window.titled,
    )
