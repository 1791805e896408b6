"""Input as no person makes it: at the same distance again and again, as of a jiggler.

Only the moments of the last input are looked at, which the idle time tells; never what was typed
or where the mouse was. A jiggler that waits for random times is not found; this is advice.
"""

from __future__ import annotations

from collections import deque

from agentguard.model.moments import Moment

TIMES = 20
"""So many distances in a row must be alike."""
SHORTEST = 5.0
"""Seconds: people who work make shorter pauses all the time."""
ALIKE = 0.5
"""Seconds by which distances may differ, and as many hundredths of the longest."""
SAME = 0.25
"""Seconds within which two readings tell of the same input."""


class Rhythm:
    """Takes every reading of idle time, and tells when an even rhythm begins or ends."""

    def __init__(self) -> None:
        self._input: float | None = None
        self._gaps: deque[float] = deque(maxlen=TIMES)
        self._even = False

    @property
    def seconds(self) -> int:
        """The distance of the inputs, rounded; 0 when there is no even rhythm."""
        return round(sum(self._gaps) / len(self._gaps)) if self._even else 0

    def see(self, idle: float | None, now: Moment) -> bool:
        """Take a reading; tell whether the rhythm began or ended with it."""
        if idle is None:
            self._input = None
            return self._became(even=False)
        moment = now.boot - idle
        if self._input is None:
            self._input = moment
        elif moment > self._input + SAME:
            self._gaps.append(moment - self._input)
            self._input = moment
            return self._became(even=self._is_even())
        elif self._even and idle > 2 * max(self._gaps):
            return self._became(even=False)
        return False

    def _became(self, *, even: bool) -> bool:
        changed, self._even = even != self._even, even
        if not even and changed:
            self._gaps.clear()
        return changed

    def _is_even(self) -> bool:
        if len(self._gaps) < TIMES or min(self._gaps) < SHORTEST:
            return False
        longest = max(self._gaps)
        return longest - min(self._gaps) <= ALIKE + longest * ALIKE / 100
