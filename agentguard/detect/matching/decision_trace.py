"""Why candidates were believed or refused: one line for each, masked, and few of a sort."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, replace

from agentguard.detect.lexicon.label_gap import SAID
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.hit_counter import Tally, mask
from agentguard.detect.matching.pattern_set import PatternSet, Places, candidate_of
from agentguard.detect.matching.shape_matcher import Part
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no
from agentguard.detect.score.judgement import Parts, added_up, deciding_word
from agentguard.detect.trace_records import MOST_TRACES, Belief, Trace

_MOST_OF_A_SORT = 20
_BREAK = later(rb"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What was said of a candidate, and where it stands."""

    trace: Trace
    value: str
    place: int
    column: str


class Watcher:
    """Sees every candidate that a stream judges, and keeps the first of each sort.

    `touched` finds what letters or digits touch, which a stream does not look at.
    """

    def __init__(self, touched: PatternSet) -> None:
        self._touched = touched
        self._places: Places = {}
        self._kept: list[_Judged] = []
        self._sorts: Counter[tuple[str, str]] = Counter()
        self._known: set[tuple[str, str, str, str]] = set()
        self._breaks: list[int] = []
        self._lines = 1
        self._counted = 0

    def see(self, part: Part) -> None:
        """Look at the next part of the text, before its candidates are judged."""
        self._count_lines(part)
        for found in self._touched.without().find(part, self._places):
            recogniser = self._touched.recognisers[found[2]]
            candidate = candidate_of(part.data, found, recogniser)
            if recogniser.bounded and not candidate.alone:
                self.judged(recogniser, candidate, no("touched"), part.offset + found[0])

    def forget(self, size: int) -> None:
        """Count from `size` bytes later on."""
        for place in self._places.values():
            place.forget(size)

    def _count_lines(self, part: Part) -> None:
        self._lines += len(self._breaks)
        first = max(0, self._counted - part.offset)
        self._breaks = [
            part.offset + match.start() for match in _BREAK.finditer(part.data, first, part.cut)
        ]
        self._counted = part.offset + part.cut

    def judged(
        self, recogniser: Recogniser, candidate: Candidate, answer: Answer, place: int
    ) -> None:
        """Take one answer for a candidate at a place of the text."""
        sort = (recogniser.kind, answer.why)
        value = answer.value or candidate.compact
        known = (*sort, value, candidate.origin)
        if (
            known in self._known
            or len(self._kept) >= MOST_TRACES
            or self._sorts[sort] >= _MOST_OF_A_SORT
        ):
            return
        self._known.add(known)
        self._sorts[sort] += 1
        trace = Trace(
            kind=recogniser.kind,
            belief=answer.belief,
            why=answer.why,
            context=_wordy(deciding_word(recogniser, candidate, answer)),
            line=self._lines + bisect_left(self._breaks, place),
            masked=mask(recogniser, value),
            counted=False,
            evidence=_with_speech(candidate, added_up(recogniser, candidate, answer)),
        )
        self._kept.append(
            _Judged(trace=trace, value=answer.value, place=place, column=candidate.origin)
        )

    def traces(self, tally: Tally) -> tuple[Trace, ...]:
        """Return the traces, once the tally tells what counts."""
        ended = [_ended(judged, tally) for judged in self._kept]
        return tuple(sorted(ended, key=lambda trace: trace.line))


def _ended(judged: _Judged, tally: Tally) -> Trace:
    trace = judged.trace
    if trace.belief is Belief.SURE:
        if tally.is_another_s(trace.kind, judged.value):
            return replace(trace, why="another-label")
        counted = tally.counts_at(trace.kind, judged.place)
        return replace(trace, counted=counted, why=trace.why if counted else "not-beside")
    if trace.belief is Belief.MAYBE:
        counted = tally.column_holds(trace.kind, judged.column)
        return replace(trace, counted=counted, why=trace.why if counted else "column-fails")
    return trace


def _with_speech(candidate: Candidate, summed: Parts) -> Parts:
    """Return what was added up, and that a value was said in words, which weighs nothing itself."""
    is_said = candidate.before.endswith((SAID, f"{SAID}+"))
    return (*summed, ("spoken", 0.0)) if is_said else summed


def _wordy(context: str) -> str:
    return "".join(" " if sign.isdigit() else sign for sign in context).strip()
