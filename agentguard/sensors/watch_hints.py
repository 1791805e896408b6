"""Hints of the watch, put in order: each path once, after a short quiet, busy files less often."""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from agentguard.sensors.file_memory import Mark

LIMIT = 50_000
"""More hints than this at once are not kept: the sweep that follows finds the files."""

RECENT = 2_048
GAP_MOST = 60.0


class Kind(Enum):
    """What the watch says of a path; the value is the seconds of quiet that are waited for."""

    CLOSED = 0.1
    CHANGED = 0.5
    GONE = 0.05
    TREE = 0.3
    TREE_GONE = 0.06


@dataclass(slots=True)
class Hint:
    """A path to look at from `due` on, on the boot clock.

    `replaced` says that what had this name was gone for a moment.
    """

    path: str
    kind: Kind
    first: float
    due: float
    mark: Mark | None = None
    looks: int = 0
    replaced: bool = False

    def seen_as(self, mark: Mark) -> None:
        """Remember how the file was when it was looked at."""
        self.mark = mark


class Hints:
    """What waits to be looked at. `tell` is called by the watch's thread, all else by one other."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._told: deque[tuple[str, Kind]] = deque()
        self._waiting: dict[str, Hint] = {}
        self._order: list[tuple[float, str]] = []
        self._recent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.overflown = False

    def __len__(self) -> int:
        return len(self._waiting) + len(self._told)

    def caught_up(self) -> None:
        """Forget that some did not fit: a sweep finds what they meant."""
        self.overflown = False

    def tell(self, path: str, kind: Kind) -> None:
        """Note a hint; from any thread."""
        if len(self._told) >= self._limit:
            self.overflown = True
            return
        self._told.append((path, kind))

    def take(self, now: float) -> None:
        """Put what was told in order."""
        while self._told:
            path, kind = self._told.popleft()
            self.add(path, kind, now)

    def add(self, path: str, kind: Kind, now: float) -> None:
        """Wait for quiet on a path; a path that never is quiet is looked at once in a while."""
        if len(self._waiting) >= self._limit:
            self.overflown = True
            return
        hint = self._waiting.get(path)
        if hint is None:
            hint = Hint(path, kind, now, now)
            self._waiting[path] = hint
        elif kind is not Kind.CHANGED:
            hint.replaced = hint.replaced or hint.kind in {Kind.GONE, Kind.TREE_GONE}
            hint.kind = kind
        last, gap = self._recent.get(path, (0.0, 0.0))
        hint.due = max(min(now + kind.value, hint.first + 1.0), last + gap)
        heapq.heappush(self._order, (hint.due, path))

    def again(self, hint: Hint, now: float, seconds: float) -> None:
        """Look at it again in a while."""
        hint.due = now + seconds
        hint.looks += 1
        self._waiting[hint.path] = hint
        heapq.heappush(self._order, (hint.due, hint.path))

    def due(self, now: float) -> Iterator[Hint]:
        """Take out what is due, the oldest first."""
        while self._order and self._order[0][0] <= now:
            moment, path = heapq.heappop(self._order)
            if not self._stale(moment, path):
                yield self._waiting.pop(path)

    def next_due(self) -> float | None:
        """Return the moment at which something is due, or None."""
        while self._order and self._stale(*self._order[0]):
            heapq.heappop(self._order)
        return self._order[0][0] if self._order else None

    def _stale(self, moment: float, path: str) -> bool:
        hint = self._waiting.get(path)
        return hint is None or hint.due != moment

    def looked(self, path: str, now: float) -> None:
        """Note that a path was looked at: one that changes all the time waits ever longer."""
        last, gap = self._recent.pop(path, (0.0, 0.0))
        busy = bool(gap) and now - last < 4 * gap
        self._recent[path] = (now, min(gap * 2, GAP_MOST) if busy else 0.5)
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)
