"""For how long what is seen has been the same, by looks that follow each other."""

from __future__ import annotations

from agentguard.model.moments import Moment

LOST = 3
"""Periods without a look, as in sleep, after which the time begins anew."""


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
