"""A bell that wakes a wait early: a Stop that is set by a stop or by a ring."""

from __future__ import annotations

import threading
from collections.abc import Callable

from agentguard.ports.clock import Stop, heard, least


class Bell:
    """Hand it to `clock.wait` in place of the stop; ring it from any thread."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._stop: Stop | None = None
        self._hear: Callable[[], None] = lambda: None

    def attach(self, stop: Stop) -> None:
        """Listen to this stop as well."""
        self._stop = stop

    def tell(self, hear: Callable[[], None]) -> None:
        """Have `hear` called at each ring as well, in the ringer's thread; one at a time."""
        self._hear = hear

    def ring(self) -> None:
        """Wake the wait, or let the next one end at once."""
        self._rung.set()
        self._hear()

    def hush(self) -> None:
        """Forget the rings so far; look at what they were about afterwards, not before."""
        self._rung.clear()

    def rung(self) -> bool:
        """Check whether there was a ring; a stop is none."""
        return self._rung.is_set()

    def is_set(self) -> bool:
        """Check whether there was a ring or a stop."""
        return self._rung.is_set() or (self._stop is not None and self._stop.is_set())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for a ring or a stop, at most `timeout` seconds; tell whether there was one."""
        if self._stop is None:
            return self._rung.wait(timeout)
        left = float("inf") if timeout is None else timeout
        with heard(self._stop, self._rung.set) as look:
            while not self.is_set() and left > 0:
                step = least(None if timeout is None else left, look)
                self._rung.wait(step)
                left -= step or 0.0
        return self.is_set()
