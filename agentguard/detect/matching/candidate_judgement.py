"""Judges what the patterns found, each value once: in mails, logs and tables many come again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from agentguard.detect.matching.decision_trace import Watcher
from agentguard.detect.matching.hit_counter import Tally
from agentguard.detect.matching.pattern_set import candidate_of, judged, origin
from agentguard.detect.matching.shape_matcher import Found, Part, Refused
from agentguard.detect.recogniser import TEST_NUMBER, Answer, Recogniser
from agentguard.detect.trace_records import Belief

_MOST = 8192

_Written = tuple[int, bytes, bytes]
"""The number of a kind, a label or nothing, and what was written."""

_Span = tuple[int, int, int]
"""Start and end of a value in the whole text, and the number of its recogniser."""


class Judging:
    """Judges the values of one text and hands the answers to its tally.

    What was believed counts already, so neither for a repeat behind the same label nor for the
    shape of what its label told would another answer change a count. With a watcher all are judged.
    """

    def __init__(
        self,
        recognisers: Sequence[Recogniser],
        tally: Tally,
        watcher: Watcher | None,
        whole: Callable[[int], int],
    ) -> None:
        self._recognisers = recognisers
        self._tally = tally
        self._watcher = watcher
        self._whole = whole
        self._believed: dict[_Written, Answer] = {}
        self._told: set[_Span] = set()
        self._next: set[_Span] = set()

    def take(self, every: Sequence[Found], part: Part, *, fenced: bool) -> None:
        """Judge what was found in a part, in order."""
        self._told, self._next = self._next, set()
        held: Found | None = None  # found by its shape; a label before it may tell it as well
        for found in every:
            label = found[3]
            if held is not None:
                if 0 <= label < found[0] and held[:3] == found[:3]:
                    held = None if self._one(found, part, fenced=fenced) else held
                    continue
                self._one(held, part, fenced=fenced)
                held = None
            if label >= 0 or self._watcher is not None:
                self._one(found, part, fenced=fenced)
            elif not self._told or _span(found, part) not in self._told:
                held = found
        if held is not None:
            self._one(held, part, fenced=fenced)

    def count(self, refused: Refused, part: Part, *, fenced: bool) -> None:
        """Count what was refused at once against the doubtful values of its column."""
        for number, starts in refused.items():
            columns = (origin(part.data, start) for start in starts) if fenced else ("",)
            each = 1 if fenced else len(starts)
            for column, count in Counter(columns).items():
                self._tally.miss(self._recognisers[number], column, count * each)

    def _one(self, found: Found, part: Part, *, fenced: bool) -> bool:
        """Judge one value, and tell whether it is believed or need not be looked at again.

        A repeat is told by the same words behind the same label. Not so where a kind counts beside
        another, since each of its places may, nor where a value without a label is doubtful in
        other words, since a column is told by how many of its values are in doubt.
        """
        start, end, number, label, label_end = found
        recogniser, words = self._recognisers[number], None
        if recogniser.kind in self._tally.full:
            return True
        if label >= 0 and not recogniser.beside:
            words = (number, part.data[label:label_end], part.data[start:end])
        elif recogniser.plain:
            words = (number, b"", part.data[start:end])
        answer = self._believed.get(words) if words is not None else None
        if answer is None or self._watcher is not None:
            answer = self._judge(recogniser, found, part, fenced=fenced)
            if answer.belief is not Belief.SURE:
                return False
            if words is not None and len(self._believed) < _MOST:
                self._believed[words] = answer
        self._tally.add(recogniser, answer, self._whole(part.offset + start), "")
        if start >= part.cut:
            self._next.add(_span(found, part))  # its shape is found in the next part
        return True

    def _judge(self, recogniser: Recogniser, found: Found, part: Part, *, fenced: bool) -> Answer:
        """Return the answer for a value, and hand on one that is in doubt."""
        place = self._whole(part.offset + found[0])
        candidate = candidate_of(part.data, found, recogniser)
        answer = judged(recogniser, candidate, part.data, found)
        if self._watcher is not None:
            self._watcher.judged(recogniser, candidate, answer, place)
        if answer.belief in _DOUBT and fenced:
            column = candidate.origin  # its name names all its values
            answer = answer._replace(shy=answer.shy and not column)
            self._tally.add(recogniser, answer, place, column)
        elif answer.belief in _DOUBT:
            self._tally.add(recogniser, answer, place, "")
        elif answer.why == TEST_NUMBER:
            self._tally.test_numbers.add(answer.value)
        return answer


_DOUBT = (Belief.MAYBE, Belief.MISS)


def _span(found: Found, part: Part) -> _Span:
    return part.offset + found[0], part.offset + found[1], found[2]
