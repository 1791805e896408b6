"""Two scanners as one: neither hides what the other finds."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from agentguard.detect.recognition.scanner import Scanner, Stream
from agentguard.detect.trace_records import Explained
from agentguard.model.hits import Hit


class Both(Scanner):
    """Finds what either of two scanners finds; their kinds differ."""

    def __init__(self, first: Scanner, second: Scanner) -> None:
        self._first = first
        self._second = second

    def stream(self) -> Stream:
        """Begin with a text that comes in pieces."""
        return _Streams(self._first.stream(), self._second.stream())

    def scan(self, text: str) -> tuple[Hit, ...]:
        """Return what was found."""
        return _joined(self._first.scan(text), self._second.scan(text))

    def watched(self) -> Stream:
        """Begin with a text in pieces of which every candidate is told."""
        return _Streams(self._first.watched(), self._second.watched())

    def explain(self, pieces: Iterable[str]) -> Explained:
        """Return the hits, and why candidates were believed or refused."""
        stream = self.watched()
        for piece in pieces:
            stream.feed(piece)
        return stream.explain()

    def mask(self, text: str) -> str:
        """Return the text with every value replaced by its mask."""
        return self._second.mask(self._first.mask(text))


class _Streams(Stream):
    def __init__(self, first: Stream, second: Stream) -> None:
        self._first = first
        self._second = second

    @property
    def full(self) -> AbstractSet[str]:
        return self._first.full

    @property
    def test_cards(self) -> int:
        return self._first.test_cards + self._second.test_cards

    def feed(self, text: str) -> None:
        self._first.feed(text)
        self._second.feed(text)

    def finish(self) -> tuple[Hit, ...]:
        return _joined(self._first.finish(), self._second.finish())

    def explain(self) -> Explained:
        one, other = self._first.explain(), self._second.explain()
        traces = sorted((*one.traces, *other.traces), key=lambda trace: trace.line)
        return Explained(hits=_joined(one.hits, other.hits), traces=tuple(traces))


def _joined(first: tuple[Hit, ...], second: tuple[Hit, ...]) -> tuple[Hit, ...]:
    return tuple(sorted((*first, *second), key=lambda hit: hit.kind))
