"""How often a file cost the scan child its life, for as long as this process lives."""

from __future__ import annotations

from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock

MOST = 10_000
"""So many files are remembered; beyond, the oldest go."""

_File = tuple[str, int, int]


class MemoryStrikes:
    """Implements `ports.file_memory.Strikes` without a disk; the store has one with it."""

    def __init__(self, clock: Clock, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._struck: dict[_File, tuple[int, Moment]] = {}

    def add(self, path: str, size: int, changed: int) -> None:
        """Note a failure of the file as it is now."""
        count, _ = self._struck.pop((path, size, changed), (0, None))
        if len(self._struck) >= self._most:
            del self._struck[next(iter(self._struck))]
        self._struck[path, size, changed] = count + 1, self._clock.now()

    def count(self, path: str, size: int, changed: int, seconds: float) -> int:
        """Return the failures, 0 when the last was more than `seconds` ago."""
        count, last = self._struck.get((path, size, changed), (0, None))
        if last is not None and self._clock.now().since(last) >= seconds:
            del self._struck[path, size, changed]
            return 0
        return count
