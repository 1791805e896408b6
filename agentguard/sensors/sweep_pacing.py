"""How a sweep keeps out of the person's way: not in a call, little on battery, within its share."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from agentguard.model.policy import Watch
from agentguard.ports.clock import Clock, Stop

SLOW = 0.25
"""The part of its share that is left to a sweep that slows down on battery."""
EVERY = 5.0
"""Seconds between two questions about the power."""
WORK = 0.02
"""Seconds of work between two rests."""
AGAIN = 2.0
"""Seconds between two questions whether work may go on."""


def never() -> bool:
    """Say no at any time."""
    return False


def unknown() -> bool | None:
    """Know of no battery."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a sweep minds: the person is `busy`, the engine's queue is `crowded`, the power.

    `on_battery` is None when there is no battery, or none that can be told.
    """

    busy: Callable[[], bool] = never
    crowded: Callable[[], bool] = never
    on_battery: Callable[[], bool | None] = unknown


class Manners:
    """Gives the share of time that a sweep may take now."""

    def __init__(
        self, circumstances: Circumstances, clock: Clock, duty: float | None = None
    ) -> None:
        self._circumstances = circumstances
        self._clock = clock
        self._duty = duty
        self._asked = float("-inf")
        self._battery = False

    @property
    def crowded(self) -> bool:
        """Check whether what was found is not judged yet, so that more should wait."""
        return self._circumstances.crowded()

    def share(self, watch: Watch) -> float:
        """Return a share from 0 (not now) to 1 (all the time)."""
        if self._circumstances.busy():
            return 0.0
        share = watch.cpu_percent / 100 if self._duty is None else self._duty
        if watch.on_battery == "full" or not self._on_battery():
            return share
        return 0.0 if watch.on_battery == "pause" else share * SLOW

    def _on_battery(self) -> bool:
        now = self._clock.now().boot
        if now - self._asked >= EVERY:
            self._asked, self._battery = now, bool(self._circumstances.on_battery())
        return self._battery


class Pace:
    """Has a long piece of work rest between its steps, so that it keeps its share of time."""

    def __init__(self, manners: Manners, clock: Clock, watch: Callable[[], Watch]) -> None:
        self._manners = manners
        self._clock = clock
        self._watch = watch
        self._begun: float | None = None

    def step(self, stop: Stop) -> None:
        """Rest if it is time for it, as long as the person must not be disturbed, or to `stop`."""
        worked = 0.0 if self._begun is None else self._clock.now().boot - self._begun
        if worked < WORK and self._begun is not None:
            return
        while not (share := self._manners.share(self._watch())):
            if self._clock.wait(stop, AGAIN):
                return
        self._clock.wait(stop, worked * (1 / share - 1))
        self._begun = self._clock.now().boot


def read_last() -> None:
    """Let the disk serve this thread only when nobody else wants it, for good; on Linux alone.

    The class belongs to a thread there (ioprio_set(2)), so that the windows are not held up. On
    Windows it would be the whole process's; the child that reads lowers its own.
    """
    _served(idle=True)


@contextmanager
def reading_last() -> Iterator[None]:
    """Have it so for a while, as in `read_last`: the thread serves others afterwards."""
    _served(idle=True)
    try:
        yield
    finally:
        _served(idle=False)


def _served(*, idle: bool) -> None:
    if sys.platform == "linux":
        with suppress(psutil.Error, OSError):
            how = psutil.IOPRIO_CLASS_IDLE if idle else psutil.IOPRIO_CLASS_NONE
            psutil.Process(threading.get_native_id()).ionice(how)
