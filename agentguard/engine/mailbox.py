"""A bounded queue whose one reader wakes for what comes and for a stop, and for nothing else."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from agentguard.ports.clock import Stop
from agentguard.ports.stop_signal import heard

T = TypeVar("T")


class Post(Generic[T]):
    """Any thread puts, never waiting; one takes, in order."""

    def __init__(self, most: int) -> None:
        """Make it for at most so many."""
        self._most = most
        self._waiting: deque[T] = deque()
        self._news = threading.Condition()

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
        return True

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
                self._news.wait(longest)
            return bool(self._waiting) and (whole or not stop.is_set())

    def _wake(self) -> None:
        with self._news:
            self._news.notify_all()
