"""Reads a source as it is always read, and tells what was recognised, left out, and decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.limits import Limits
from agentguard.detect.outcome import Explanation, Layer
from agentguard.detect.reading.source_reader import Reader
from agentguard.detect.recognition.scanner import Scanner, Stream

MOST_LAYERS = 50
"""Different formats at different depths that are told of one file."""


def explained(
    source: Source, scanner: Scanner, extractors: Sequence[Extractor], limits: Limits
) -> Explanation:
    """Read a source and tell how.

    Raises:
        ScanError, MemoryError: as reading does.

    """
    log = _Log()
    watched = _Watched(scanner)
    reader = Reader(watched, [log.noting(extractor) for extractor in extractors], limits)
    reading = reader.read(source)
    return Explanation(
        outcome=reading.outcome,
        hits=reading.hits,
        reason="reason.partial-time" if reading.left else reading.reason,
        test_cards=reading.test_cards,
        layers=log.layers(),
        notes=log.notes(),
        traces=watched.begun.explain().traces if log.worked else (),
    )


class _Log:
    """Notes which extractors read what, and keeps what they noted themselves."""

    def __init__(self) -> None:
        self._layers: dict[tuple[int, str], int] = {}
        self._work: Work | None = None

    @property
    def worked(self) -> bool:
        """Check whether any extractor began."""
        return self._work is not None

    def noting(self, extractor: Extractor) -> Extractor:
        """Yield the extractor, noted whenever it reads."""

        def extract(source: Source, work: Work) -> Iterator[str]:
            self._work = self._work or work
            layer = (work.depth, extractor.name)
            if layer in self._layers or len(self._layers) < MOST_LAYERS:
                self._layers[layer] = self._layers.get(layer, 0) + 1
            yield from extractor.extract(source, work)

        return replace(extractor, extract=extract)

    def layers(self) -> tuple[Layer, ...]:
        return tuple(
            Layer(depth=depth, format=name, count=count)
            for (depth, name), count in self._layers.items()
        )

    def notes(self) -> tuple[str, ...]:
        return () if self._work is None else tuple(self._work.notes)


class _Watched(Scanner):
    """A scanner whose last stream can be asked why."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self.begun = scanner.watched()

    def stream(self) -> Stream:
        self.begun = self._scanner.watched()
        return self.begun
