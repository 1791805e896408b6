"""For how long what is seen has been the same: told once it has stayed so for a while."""

from __future__ import annotations

from typing import Generic, TypeVar

from agentguard.model.moments import Moment

T = TypeVar("T")
LOST = 3
"""Periods without a look, as in sleep, after which the time begins anew."""


class Steady(Generic[T]):
    """Remembers the newest value; `due` gives it once it has been the newest for `seconds`.

    Times are boot time in seconds and are handed in.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._newest: T | None = None
        self._since = 0.0
        self._told: T | None = None

    def offer(self, value: T, now: float) -> None:
        """Take the newest value; the same again does not begin its time again."""
        if value != self._newest:
            self._newest, self._since = value, now

    def wait(self, now: float) -> float | None:
        """Return the seconds until something is due; None when nothing will be."""
        if self._newest is None or self._newest == self._told:
            return None
        return max(0.0, self._since + self._seconds - now)

    def due(self, now: float) -> T | None:
        """Return the value that is to be told now, once; None when there is none."""
        if self.wait(now) != 0.0:
            return None
        self._told = self._newest
        return self._told


class Unchanged:
    """Counts from the first of the looks in a row that saw the same; `every` is their period."""

    def __init__(self, every: float) -> None:
        self._longest = LOST * every
        self._value: object = None
        self._since: Moment | None = None
        self._last: Moment | None = None

    def seen(self, at: Moment, value: object) -> float:
        """Return the seconds for which it has been this; 0 at the first look that saw it."""
        slept = self._last is None or at.since(self._last) > self._longest
        if slept or self._since is None or value != self._value:
            self._since = at
        self._last, self._value = at, value
        return at.since(self._since)
