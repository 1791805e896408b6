"""What is judged in texts: the evidence of each candidate, and whether it is a value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from agentguard.detect.extractor import Source
from agentguard.detect.formats import default_extractors
from agentguard.detect.limits import Limits
from agentguard.detect.matching.byte_folding import fold
from agentguard.detect.matching.pattern_set import PatternSet, candidate_of
from agentguard.detect.matching.shape_matcher import Part
from agentguard.detect.reading.source_reader import Reader
from agentguard.detect.recognition.scanner import Scanner, Stream, default_scanner
from agentguard.detect.score import judgement
from agentguard.detect.trace_records import Belief
from agentguard.model.hits import Hit
from tests.corpus.score import plain
from tools.fit_score.texts import Text

Sample = tuple[str, tuple[str, ...], bool]
"""Kind, names of evidence, and whether it is a value."""


class _Kept(Stream):
    def __init__(self) -> None:
        self.pieces: list[str] = []

    @property
    def full(self) -> frozenset[str]:
        return frozenset()

    @property
    def test_cards(self) -> int:
        return 0

    def feed(self, text: str) -> None:
        self.pieces.append(text)

    def finish(self) -> tuple[Hit, ...]:
        return ()


class _Keeping(Scanner):
    def __init__(self) -> None:
        self.kept = _Kept()

    def stream(self) -> Stream:
        return self.kept


def extracted(data: bytes) -> str:
    """Return the text of a file as it is judged."""
    keeping = _Keeping()
    Reader(keeping, default_extractors(), Limits(seconds=600.0)).read(Source.of_bytes(data))
    return "".join(keeping.kept.pieces)


def collected(every: Iterable[Text]) -> Mapping[Sample, float]:
    """Return the samples of texts with their weights; each text tells of its own kind alone."""
    patterns = PatternSet(default_scanner().recognisers)
    found: defaultdict[Sample, float] = defaultdict(float)
    for text in every:
        true = {plain(value) for value in text.values}
        for names, value in _read(extracted(text.data), text.kind, patterns):
            found[text.kind, names, _is_one(plain(value), true)] += text.weight
    return found


def _read(text: str, kind: str, patterns: PatternSet) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield evidence and value of the candidates whose form is right."""
    data = b"\n" + fold(text)
    every = patterns.without().find(Part(data, 1, len(data), len(data)), {})
    labelled = {found[:3] for found in every if found[3] >= 0}
    for found in every:
        recogniser = patterns.recognisers[found[2]]
        if recogniser.kind != kind or (found[3] < 0 and found[:3] in labelled):
            continue  # of another kind, or judged behind its label
        names, answer = judgement.told(recogniser, candidate_of(data, found, recogniser))
        if names and answer.belief is Belief.SURE:
            yield names, answer.value


def _is_one(value: str, true: set[str]) -> bool:
    return any(value == one or value.endswith(one) or one.endswith(value) for one in true)
