"""What a wall clock that may jump claims, for telling an age; nothing is removed by it."""

from __future__ import annotations

from agentguard.model.lived_time import DAY
from agentguard.ports.clock import Clock

JUMP = 5.0
STEADY = DAY


class LenientWall:
    """Wall time for telling an age: after a jump, the earlier of the two readings for a day.

    It believes the clock of the start; whether something is old enough to be removed is judged by
    `sensors.lived_clock`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        now = clock.now()
        self._believed = self._last = now.wall - now.boot
        self._steady_since = now.boot

    def now(self) -> float:
        """Return the wall time that ages are told by."""
        now = self._clock.now()
        offset = now.wall - now.boot
        if abs(offset - self._last) > JUMP:
            self._steady_since = now.boot
        self._last = offset
        settled = now.boot - self._steady_since >= STEADY
        if settled or offset - self._believed <= JUMP:
            self._believed = offset
        return self._believed + now.boot
