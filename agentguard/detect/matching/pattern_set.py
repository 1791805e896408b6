"""All recognisers' patterns in few passes of RE2: linear time, each kind for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.kind_labels import Labelled, head_of
from agentguard.detect.matching.label_matcher import Labels
from agentguard.detect.matching.label_prefix_index import Heads
from agentguard.detect.matching.label_regex_builder import behind_a_border
from agentguard.detect.matching.re2_engine import Pattern, Several
from agentguard.detect.matching.shape_matcher import Alone, Found, Member, Part, Place, Together
from agentguard.detect.recogniser import AFTER, BEFORE, Answer, Candidate, Recogniser
from agentguard.detect.score.judgement import decide

Places = dict[str, Place]
"""How far each pass has come."""

_FENCE = FENCE.encode()
_MOST_SETS = 1  # beside that of all kinds, which the next file begins with
_NONE = frozenset[str]()
_TOGETHER, _LABELS = "", ":"


class Reach(NamedTuple):
    """What values begin with that cells tell which hold so many bytes before their own.

    Such a value `goes_on` in the next cell that has a digit, or cells right behind it tell of it.
    """

    pattern: Pattern
    before: int
    goes_on: bool


class PatternSet:
    """The patterns of the recognisers, compiled once.

    With `touched` it finds only shapes, but also those that a letter or a digit touches.
    """

    def __init__(self, recognisers: Sequence[Recogniser], *, touched: bool = False) -> None:
        self.recognisers = tuple(recognisers)
        self.neighbours = frozenset(recogniser.beside for recogniser in recognisers)
        numbered = tuple(enumerate(recognisers))
        shaped = [Member(n, r, touched=touched) for n, r in numbered if r.shapes]
        self._crowded = [Alone(member) for member in shaped if member.recogniser.crowded]
        self._shaped = [member for member in shaped if not member.recogniser.crowded]
        self._labelled = [Labelled(n, r) for n, r in numbered if r.labels and not touched]
        self._kinds_shaped = frozenset(member.recogniser.kind for member in self._shaped)
        self._kinds_labelled = frozenset(member.recogniser.kind for member in self._labelled)
        self._each_shape = Several([f"{m.before}(?:{m.openings})" for m in self._shaped])
        self._heads = Heads([m.recogniser.labels for m in self._labelled], head_of)
        self._fewer_shapes = lru_cache(_MOST_SETS)(self._shapes)
        self._fewer_labels = lru_cache(_MOST_SETS)(self._labels)

    def may_go_on(self, cell: bytes, found: Sequence[Recogniser]) -> bool:
        """Check whether a label stands in a cell whose value may be in the next one."""
        return any(
            recogniser not in found and label.search(cell, 0, len(cell)) is not None
            for recogniser, label in self._across
        )

    @cached_property
    def _across(self) -> Sequence[tuple[Recogniser, Pattern]]:
        across = [member for member in self._labelled if member.recogniser.across]
        return [(m.recogniser, Pattern(behind_a_border(m.heads))) for m in across]

    @cached_property
    def reaching(self) -> Sequence[Reach]:
        """What values begin with of which more than their own cell of a table tells."""
        across = [head for m in self._labelled if m.recogniser.across for head in m.heads]
        around = [label for r in self.recognisers for label in r.around]
        shapes = [f"(?s:.)(?:{m.openings})" for m in self._shaped if m.recogniser.around]
        found = []
        if across:
            found.append(Reach(Pattern(behind_a_border(across)), before=1, goes_on=True))
        if around:
            every = "|".join((*shapes, behind_a_border(map(head_of, around))))
            found.append(Reach(Pattern(every), before=BEFORE, goes_on=False))
        return found

    def knows(self, name: bytes) -> bool:
        """Check whether a label stands behind the first character."""
        return any(labelled.stands(name) for labelled in self._labelled)

    def is_label(self, name: bytes) -> bool:
        """Check whether a label is all that stands behind the first character."""
        ends = (labelled.label.end(name, 0) for labelled in self._labelled)
        return len(name) > 1 and len(name) in ends

    def without(self, shapes: frozenset[str] = _NONE, labels: frozenset[str] = _NONE) -> Passes:
        """Return the passes for all kinds but those of which enough was found."""
        shapes, labels = shapes & self._kinds_shaped, labels & self._kinds_labelled
        return Passes(
            alone=self._crowded,
            together=self._fewer_shapes(shapes) if shapes else self._all_shapes,
            labels=self._fewer_labels(labels) if labels else self._all_labels,
        )

    @cached_property
    def _all_shapes(self) -> Together | None:
        return self._shapes(_NONE)

    @cached_property
    def _all_labels(self) -> Labels | None:
        return self._labels(_NONE)

    def _shapes(self, full: frozenset[str]) -> Together | None:
        wanted = full != self._kinds_shaped
        return Together(self._shaped, self._each_shape, full) if wanted else None

    def _labels(self, full: frozenset[str]) -> Labels | None:
        wanted = full != self._kinds_labelled
        return Labels(self._labelled, self._heads, full) if wanted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """The passes over a text for some kinds."""

    alone: Sequence[Alone]
    together: Together | None
    labels: Labels | None

    def find(self, part: Part, places: Places) -> list[Found]:
        """Return the values of a part, in order."""
        found: list[Found] = []
        for alone in self.alone:
            if alone.kind in part.full:
                continue
            found += alone.find(part, places.setdefault(alone.kind, Place()))
        if self.together is not None:
            found += self.together.find(part, places.setdefault(_TOGETHER, Place()))
        if self.labels is not None:
            found += self.labels.find(part, places.setdefault(_LABELS, Place()))
        found.sort()
        return found


def candidate_of(data: bytes, found: Found, recogniser: Recogniser) -> Candidate:
    """Return what a recogniser is shown of a place in a text.

    In a table that is the cell alone, with the one before it where a value may go across, unless
    others tell of its values as well.
    """
    start, end, _, label, label_end = found
    first, last = max(0, start - BEFORE), end + AFTER
    if not recogniser.around:
        fence = data.rfind(_FENCE, first, start)
        if recogniser.across and fence > 0:
            fence = data.rfind(_FENCE, first, fence)
        first = max(first, fence)
        fence = data.find(_FENCE, end, last)
        last = fence + 1 if fence >= 0 else last
    is_behind = label > start
    before = data[label:label_end] + b": " if is_behind else data[first:start]
    said = before.decode("latin-1")
    told, gap = "", None
    if label >= 0:
        told = data[label:label_end].decode("latin-1")
        gap = _said_before(data, start) if is_behind else said[max(0, label_end - first) :]
    return Candidate(
        text=data[start:end].decode("latin-1"),
        before=said,
        after=data[end:last].decode("latin-1"),
        labelled=label >= 0,
        told=told,
        between=gap,
    )


def judged(recogniser: Recogniser, candidate: Candidate, data: bytes, found: Found) -> Answer:
    """Judge a candidate; what a kind refuses at once is not looked at."""
    if recogniser.quick is not None and found[3] < 0:
        answer = recogniser.quick(data[found[0] : found[1]])
        if answer is not None:
            return answer
    return decide(recogniser, candidate)


def _said_before(data: bytes, start: int) -> str:
    """Return the words right before a value that stands before its label."""
    said = _SAID_BEFORE.search(data[max(0, start - _NEXT_TO) : start].decode("latin-1"))
    return said[0] if said else ""


_NEXT_TO = 32
_SAID_BEFORE = later(r"(?:[^\W\d_]+[ .#:=\"']{1,4}){1,3}\Z")


def origin(data: bytes, start: int) -> str:
    """Return the name of the column that a place in a text stands in; empty outside tables."""
    before = data[max(0, start - BEFORE) : start].decode("latin-1")
    return Candidate(text="", before=before, after="").origin
