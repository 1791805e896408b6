"""Why candidates were believed or refused: one line for each, masked, and few of a sort."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from agentguard.model.hits import Hit
from agentguard.pii._tally import Tally, mask
from agentguard.pii.base import Answer, Belief, Candidate, Recogniser

MOST_TRACES = 400
"""Traces of one text; the first of each sort are kept."""

_MOST_OF_A_SORT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What became of one candidate.

    `why` is the id of the rule that decided. `context` is the label or word that decided, without
    any digit; empty when none did. `line` counts from 1 in the extracted text. `masked` shows
    at most the last four characters. `counted` tells whether it is among the hits.
    """

    kind: str
    belief: Belief
    why: str
    context: str
    line: int
    masked: str
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The hits of a text, and the traces that led to them or fell short, in the text's order."""

    hits: tuple[Hit, ...]
    traces: tuple[Trace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    trace: Trace
    value: str
    place: int
    column: str


class Watcher:
    """Sees every candidate that a stream judges, and keeps the first of each sort."""

    def __init__(self) -> None:
        self._kept: list[_Judged] = []
        self._sorts: Counter[tuple[str, str]] = Counter()
        self._known: set[tuple[str, str, str]] = set()

    def judged(
        self, recogniser: Recogniser, candidate: Candidate, answer: Answer, at: tuple[int, int]
    ) -> None:
        """Take one answer for a candidate `at` a place and a line of the text."""
        sort = (recogniser.kind, answer.why)
        value = answer.value or candidate.compact
        if len(self._kept) >= MOST_TRACES or self._sorts[sort] >= _MOST_OF_A_SORT:
            return
        if (*sort, value) in self._known:
            return
        self._known.add((*sort, value))
        self._sorts[sort] += 1
        place, line = at
        trace = Trace(
            kind=recogniser.kind,
            belief=answer.belief,
            why=answer.why,
            context=_wordy(candidate.told),
            line=line,
            masked=mask(recogniser, value),
            counted=False,
        )
        self._kept.append(
            _Judged(trace=trace, value=answer.value, place=place, column=candidate.origin)
        )

    def traces(self, tally: Tally) -> tuple[Trace, ...]:
        """Give the traces, once the tally tells what counts."""
        ended = [_ended(judged, tally) for judged in self._kept]
        return tuple(sorted(ended, key=lambda trace: trace.line))


def _ended(judged: _Judged, tally: Tally) -> Trace:
    trace = judged.trace
    if trace.belief is Belief.SURE:
        counted = tally.counts_at(trace.kind, judged.place)
        return replace(trace, counted=counted, why=trace.why if counted else "not-beside")
    if trace.belief is Belief.MAYBE:
        counted = tally.column_holds(trace.kind, judged.column)
        return replace(trace, counted=counted, why=trace.why if counted else "column-fails")
    return trace


def _wordy(context: str) -> str:
    return "".join(" " if sign.isdigit() else sign for sign in context).strip()
