"""The spans in which a desk was not watched, and how much of another span they leave."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from agentguard.trust.evidence.tables import WEEK, week_of

Parts = list[tuple[int, int]]
"""Weeks by their beginning, each with seconds."""


class Away:
    """Takes the spans of one desk in order, in whole seconds since 1970."""

    def __init__(self) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []
        self._lost = [0]

    def take(self, since: int, until: int) -> Parts:
        """Add the next span, and return its seconds by week."""
        self._begins.append(since)
        self._ends.append(until)
        self._lost.append(self._lost[-1] + until - since)
        return weeks(since, until)

    def parts(self, since: int, until: int) -> Parts:
        """Return the seconds of a span in which the desk was watched, by week."""
        place = bisect_right(self._begins, since)
        clear = not place or self._ends[place - 1] <= since
        if clear and (place == len(self._begins) or self._begins[place] >= until):
            return weeks(since, until)
        return [
            (week, self._before(end) - self._before(begin))
            for week, begin, end in _cut(since, until)
        ]

    def _before(self, at: int) -> int:
        """Return a number that grows by one with each watched second."""
        place = bisect_right(self._begins, at)
        lost = self._lost[place]
        if place:
            lost -= max(0, self._ends[place - 1] - at)
        return at - lost


def weeks(since: int, until: int) -> Parts:
    """Return each week of a span with the seconds in it."""
    week = week_of(since)
    if since < until <= week + WEEK:  # nearly all are short
        return [(week, until - since)]
    return [(week, end - begin) for week, begin, end in _cut(since, until)]


def _cut(since: int, until: int) -> Iterator[tuple[int, int, int]]:
    while since < until:
        week = week_of(since)
        end = min(until, week + WEEK)
        yield week, since, end
        since = end
