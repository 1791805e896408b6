"""Finds and masks personal data in text; whatever leaves is a kind, a count and a mask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from agentguard.catalogue import discover
from agentguard.model.hits import Hit
from agentguard.pii import kinds
from agentguard.pii._fold import fold
from agentguard.pii._patterns import PatternSet, Seen
from agentguard.pii._tally import Tally, mask
from agentguard.pii.base import AFTER, BEFORE, Belief, Recogniser
from agentguard.pii.trace import Explained, Watcher

CHUNK = 512 << 10
"""Characters that are searched at once when text comes in a stream."""

_LOOK_AHEAD = BEFORE + AFTER
_BREAKS = b"\n\t,;|<>\"'{}[]"


class Stream:
    """Judges a text that comes in pieces; the result does not depend on how it was cut.

    Cuts fall after a line's end, and no shape spans one, so that every candidate is seen whole.
    A line longer than a chunk is cut at a character that no number holds.
    """

    def __init__(
        self, patterns: PatternSet, chunk: int = CHUNK, watcher: Watcher | None = None
    ) -> None:
        self._patterns = patterns
        self._chunk = chunk
        self._watcher = watcher
        self._lines = 1
        self._tally = Tally()
        self._pending: list[str] = []
        self._length = 0
        self._kept = b""
        self._context = 0
        self._offset = 0

    def feed(self, text: str) -> None:
        """Take the next piece of the text."""
        self._pending.append(text)
        self._length += len(text)
        if self._length + len(self._kept) - self._context >= self._chunk + _LOOK_AHEAD:
            self._gather()
            while len(self._kept) - self._context >= self._chunk + _LOOK_AHEAD:
                self._judge(self._cut())

    def finish(self) -> tuple[Hit, ...]:
        """Judge the rest and give what was found in the whole text."""
        self._gather()
        self._judge(len(self._kept))
        return self._tally.hits()

    def explain(self) -> Explained:
        """Judge the rest, and give the hits with what the watcher saw."""
        hits = self.finish()
        traces = () if self._watcher is None else self._watcher.traces(self._tally)
        return Explained(hits=hits, traces=traces)

    def _gather(self) -> None:
        self._kept += fold("".join(self._pending))
        self._pending.clear()
        self._length = 0

    def _cut(self) -> int:
        end = self._context + self._chunk
        line = self._kept.rfind(b"\n", self._context, end)
        if line >= 0:
            return line + 1
        places = (self._kept.rfind(_BREAKS[i : i + 1], self._context, end) for i in _INDEXES)
        return max(places) + 1 or end

    def _judge(self, cut: int) -> None:
        for seen in self._patterns.candidates(self._kept, self._context, cut, self._tally.full):
            answer = seen.recogniser.judge(seen.candidate)
            place = self._offset + seen.start
            if self._watcher is not None:
                at = place, self._lines + self._kept.count(b"\n", 0, seen.start)
                self._watcher.judged(seen.recogniser, seen.candidate, answer, at)
            if answer.belief is not Belief.NO:
                self._tally.add(seen.recogniser, answer, place, seen.candidate.origin)
        keep = max(0, cut - BEFORE)
        self._lines += self._kept.count(b"\n", 0, keep) if self._watcher is not None else 0
        self._offset += keep
        self._kept = self._kept[keep:]
        self._context = cut - keep


_INDEXES = range(len(_BREAKS))


class Scanner:
    """All recognisers as one: text in, hits out."""

    def __init__(self, recognisers: Sequence[Recogniser], chunk: int = CHUNK) -> None:
        self._patterns = PatternSet(recognisers)
        self._chunk = chunk

    def stream(self) -> Stream:
        """Begin with a text that comes in pieces."""
        return Stream(self._patterns, self._chunk)

    def watched(self) -> Stream:
        """Begin with a text in pieces of which every candidate is told by `explain`."""
        return Stream(self._patterns, self._chunk, Watcher())

    def scan(self, text: str) -> tuple[Hit, ...]:
        """Give what was found; `count` is the number of distinct values, 1000 at most."""
        stream = self.stream()
        stream.feed(text)
        return stream.finish()

    def explain(self, pieces: Iterable[str]) -> Explained:
        """Give the hits of a text in pieces, and why candidates were believed or refused."""
        stream = self.watched()
        for piece in pieces:
            stream.feed(piece)
        return stream.explain()

    def mask(self, text: str) -> str:
        """Give the text with every value replaced by its mask."""
        data = fold(text)
        spans = sorted(
            (seen.start, seen.end, mask(seen.recogniser, value))
            for seen in self._patterns.candidates(data, 0, len(data))
            if (value := _believed(seen))
        )
        pieces, done = [], 0
        for start, end, masked in spans:
            if start >= done:
                pieces += [text[done:start], masked]
            done = max(done, end)
        return "".join((*pieces, text[done:]))


def _believed(seen: Seen) -> str:
    answer = seen.recogniser.judge(seen.candidate)
    return answer.value if answer.belief in {Belief.SURE, Belief.MAYBE} else ""


@cache
def default_scanner() -> Scanner:
    """Give the scanner with every recogniser of the room."""
    return Scanner(discover(kinds, "RECOGNISER", Recogniser))
