"""A bounded queue whose one reader wakes for what comes and for a stop, and for nothing else.

A reader may also come only when there is something, and go when nothing has come for a while.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from agentguard.ports.clock import Stop, heard, least

T = TypeVar("T")
LOG = logging.getLogger(__name__)


REST = 60.0
"""Seconds without anything new after which a reader that is called when needed goes."""


class Post(Generic[T]):
    """Any thread puts, never waiting; one takes, in order."""

    def __init__(self, most: int) -> None:
        """Make it for at most so many."""
        self._most = most
        self._waiting: deque[T] = deque()
        self._news = threading.Condition()
        self._read = False
        self._call: Callable[[], None] | None = None

    def __len__(self) -> int:
        """Count what waits."""
        return len(self._waiting)

    def put(self, item: T) -> bool:
        """Take an item; False when there is no room for it."""
        with self._news:
            if len(self._waiting) >= self._most:
                return False
            self._waiting.append(item)
            self._news.notify()
        self._look_for_a_reader()
        return True

    def when_needed(self, call: Callable[[], None]) -> None:
        """Have `call` bring a reader each time that something waits and nobody reads."""
        self._call = call
        if self._waiting:
            self._look_for_a_reader()

    def _look_for_a_reader(self) -> None:
        with self._news:
            if self._call is None or self._read:
                return
            self._read = True
        try:
            self._call()
        except RuntimeError:  # no more threads now: the next that comes tries again
            LOG.exception("nobody could be called to what waits")
            self._read = False

    def pop(self) -> T | None:
        """Return the next if one waits; for runs without a thread."""
        with self._news:
            return self._waiting.popleft() if self._waiting else None

    def until(self, stop: Stop, *, whole: bool = False) -> Iterator[T]:
        """Yield what comes until `stop` is set; with `whole`, what waits by then as well."""
        with heard(stop, self._wake) as longest:
            while self._comes(stop, longest, whole=whole):
                yield self._waiting.popleft()

    def _comes(self, stop: Stop, longest: float | None, *, whole: bool) -> bool:
        with self._news:
            while not self._waiting and not stop.is_set():
                heard = self._news.wait(longest if self._call is None else least(longest, REST))
                if not heard and self._call is not None:
                    break
            goes_on = bool(self._waiting) and (whole or not stop.is_set())
            self._read = goes_on
            return goes_on

    def _wake(self) -> None:
        with self._news:
            self._news.notify_all()
