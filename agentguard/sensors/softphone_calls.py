"""Calls as a softphone itself tells them: each by a name, until it says the end or is silent."""

from __future__ import annotations

import threading

from agentguard.model.moments import Moment

LASTS = 4 * 3600.0
"""Seconds that a call may last after its last signal: a softphone that died ends none."""
MOST = 100
LONGEST_NAME = 60


class CallSignals:
    """The calls that are live by signal; any thread may tell and ask."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._until: dict[str, float] = {}

    def start(self, name: str, now: Moment) -> bool:
        """Begin a call, or tell that it goes on; False when there are too many."""
        with self._guard:
            if name not in self._until and len(self._until) >= MOST:
                return False
            self._until[name] = now.boot + LASTS
            return True

    def end(self, name: str) -> None:
        """End a call; an empty name ends all."""
        with self._guard:
            if name:
                self._until.pop(name, None)
            else:
                self._until.clear()

    def live(self, now: Moment) -> tuple[str, ...]:
        """Return the names of the live calls."""
        with self._guard:
            self._until = {n: until for n, until in self._until.items() if until > now.boot}
            return tuple(self._until)
