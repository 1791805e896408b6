"""A clock that stands still until it is moved: for tests and the demonstration."""

from __future__ import annotations

import threading
import time

from agentguard.model.moments import Moment
from agentguard.ports.clock import Stop

START_BOOT = 1_000.0
START_WALL = 1_790_000_000.0  # an afternoon in September 2026
LOOK = 0.02
"""Real seconds between two looks at a stop, which cannot wake this clock."""


class FakeClock:
    """A Clock in the hand of a test; every thread that waits on it wakes when it is moved."""

    def __init__(self, *, boot: float = START_BOOT, wall: float = START_WALL) -> None:
        self._moved = threading.Condition()
        self._boot = boot
        self._wall = wall
        self._ends: list[float] = []

    def now(self) -> Moment:
        """Return the present moment."""
        with self._moved:
            return Moment(boot=self._boot, wall=self._wall)

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        with self._moved:
            self._boot += seconds
            self._wall += seconds
            self._moved.notify_all()

    def jump_wall(self, seconds: float) -> None:
        """Set the wall clock forward or back; boot time does not change."""
        with self._moved:
            self._wall += seconds

    def wait(self, stop: Stop, seconds: float) -> bool:
        """Wait until the clock was moved by `seconds`, or `stop` is set; tell whether it was."""
        with self._moved:
            end = self._boot + seconds
            self._ends.append(end)
            self._moved.notify_all()
            try:
                while self._boot < end and not stop.is_set():
                    self._moved.wait(LOOK)
            finally:
                self._ends.remove(end)
        return stop.is_set()

    def settle(self, sleepers: int = 1, *, within: float = 10.0) -> None:
        """Wait, in real time, until `sleepers` threads wait on this clock for a time to come.

        After `advance` this means that those it woke did their work and wait again.

        Raises:
            TimeoutError: they do not within that many seconds.

        """
        end = time.monotonic() + within
        with self._moved:
            while (waiting := sum(each > self._boot for each in self._ends)) < sleepers:
                if time.monotonic() > end:
                    raise TimeoutError(f"{waiting} of {sleepers} threads wait on the clock")
                self._moved.wait(LOOK)
