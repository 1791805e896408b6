"""Tells a value only when it has stayed the same for a while, and never twice in a row."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


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
