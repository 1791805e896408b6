"""What was found in one text: distinct values by kind, what is still in doubt, and the masks."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from agentguard.detect.recogniser import Answer, Recogniser
from agentguard.detect.trace_records import Belief
from agentguard.model.hits import MOST, Hit

BESIDE = 320
"""Characters between a value and the one that it stands beside."""

T = TypeVar("T")

_MOST_PLACES = 20_000
_MOST_MASKS = 5
_MOSTLY = 3


@dataclass(slots=True)
class _Column:
    """The unlabelled candidates of one column, or of the text outside tables."""

    doubtful: dict[str, None] = field(default_factory=dict)
    misses: int = 0
    places: list[int] = field(default_factory=list)
    shy: bool = False

    @property
    def holds(self) -> bool:
        """Check whether most candidates have the right check, and a shy one is not alone."""
        count = len(self.doubtful)
        return count >= _MOSTLY * self.misses and not (self.shy and count == 1)


@dataclass(slots=True)
class _Kind:
    """What was found of one kind."""

    recogniser: Recogniser
    sure: dict[str, None] = field(default_factory=dict)
    columns: dict[str, _Column] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    waiting: list[tuple[int, str]] = field(default_factory=list)


class Tally:
    """Collects the answers for one text; values leave it only as counts and masks.

    `neighbours` are the kinds that another one counts beside.
    """

    def __init__(self, neighbours: frozenset[str] = frozenset()) -> None:
        self._neighbours = neighbours
        self._kinds: dict[str, _Kind] = {}
        self.full: set[str] = set()
        """Kinds that are counted to the end; their candidates need not be judged any more."""
        self.test_numbers: set[str] = set()
        """Numbers that are published for tests: nobody's, and so no hits."""

    def add(self, recogniser: Recogniser, answer: Answer, place: int, column: str) -> None:
        """Take one answer for a candidate at `place` of the text, in a `column` or in none."""
        kind = self._kind(recogniser)
        if answer.belief is not Belief.SURE:
            where = kind.columns.setdefault(column, _Column())
            _doubt(where, answer, shy=answer.shy)
            if recogniser.kind in self._neighbours and answer.belief is Belief.MAYBE:
                _append(where.places, place)
        elif recogniser.beside:
            _append(kind.waiting, (place, answer.value))
        else:
            _put(kind.sure, answer.value)
            if recogniser.kind in self._neighbours:
                _append(kind.places, place)
            if len(kind.sure) >= MOST:
                self.full.add(recogniser.kind)

    def stands(self, recogniser: Recogniser, place: int) -> None:
        """Take another place of what was believed before, and another kind may count beside."""
        _append(self._kind(recogniser).places, place)

    def miss(self, recogniser: Recogniser, column: str, count: int) -> None:
        """Count refusals for their check against the doubtful values of a column."""
        self._kind(recogniser).columns.setdefault(column, _Column()).misses += count

    def _kind(self, recogniser: Recogniser) -> _Kind:
        kind = self._kinds.get(recogniser.kind)
        if kind is None:
            kind = self._kinds[recogniser.kind] = _Kind(recogniser)
        return kind

    @property
    def lost(self) -> frozenset[str]:
        """Kinds of which so much was refused outside tables that no doubtful value there counts."""
        return frozenset(
            name
            for name, kind in self._kinds.items()
            if (column := kind.columns.get("")) is not None and column.misses * _MOSTLY > MOST
        )

    def settle(self) -> None:
        """Decide columns in which as many doubtful values hold as are counted.

        What counts only beside a kind that is looked for no more, is looked for no more itself.
        """
        for name, kind in self._kinds.items():
            columns = kind.columns.values()
            held = any(len(column.doubtful) >= MOST and column.holds for column in columns)
            if held or kind.recogniser.beside in self.full:
                self.full.add(name)

    def hits(self) -> tuple[Hit, ...]:
        """Return what was found, by kind."""
        found = ((kind.recogniser, self._values(kind)) for _, kind in sorted(self._kinds.items()))
        return tuple(
            Hit(kind=recogniser.kind, count=len(values), masked=_masks(recogniser, values))
            for recogniser, values in found
            if values
        )

    def is_another_s(self, kind: str, value: str) -> bool:
        """Check whether a sure value is its rival's."""
        return value in self._given_away(self._kinds[kind])

    def counts_at(self, kind: str, place: int) -> bool:
        """Check whether a sure value at `place` counts: it may need a neighbour."""
        recogniser = self._kinds[kind].recogniser
        if not recogniser.beside:
            return True
        neighbour = self._kinds.get(recogniser.beside)
        return neighbour is not None and _is_near(_places(neighbour), place)

    def column_holds(self, kind: str, column: str) -> bool:
        """Check whether the doubtful values of a column count."""
        return self._kinds[kind].columns[column].holds

    def _values(self, kind: _Kind) -> dict[str, None]:
        values = self._own(kind)
        for value in self._given_away(kind):
            values.pop(value, None)
        for other in self._kinds.values():
            rival = other.recogniser.rival
            if rival is not None and rival.kind == kind.recogniser.kind:
                for value in self._given_away(other):
                    _put(values, value)
        return values

    def _given_away(self, kind: _Kind) -> list[str]:
        """Return the values that are a rival's in a text that has more of the rival's alone."""
        rival = kind.recogniser.rival
        other = None if rival is None else self._kinds.get(rival.kind)
        if rival is None or other is None:
            return []
        shared = [value for value in kind.sure if rival.has(value)]
        alone = len(self._own(other)) - len(other.sure)  # what the label that both have tells
        return shared if alone > len(kind.sure) - len(shared) else []

    def _own(self, kind: _Kind) -> dict[str, None]:
        values = dict(kind.sure)
        for name, column in kind.columns.items():
            for value in column.doubtful if column.holds else ():
                if not self._suits_another_more(kind, name, value):
                    _put(values, value)
        neighbour = self._kinds.get(kind.recogniser.beside)
        if neighbour is not None:
            places = _places(neighbour)
            for place, value in kind.waiting:
                if _is_near(places, place):
                    _put(values, value)
        return values

    def _suits_another_more(self, kind: _Kind, column: str, value: str) -> bool:
        """Check whether a doubtful value is sure to another kind, or its column is that kind's."""
        own = len(kind.columns[column].doubtful)
        for other in self._kinds.values():
            rival = other.columns.get(column)
            if other is kind:
                continue
            if value in other.sure or (
                rival and value in rival.doubtful and len(rival.doubtful) > own
            ):
                return True
        return False


def _places(kind: _Kind) -> list[int]:
    """Return where the values of a kind stand that count."""
    held = (column.places for column in kind.columns.values() if column.holds)
    return sorted(chain(kind.places, *held))


def mask(recogniser: Recogniser, value: str) -> str:
    """Return the last characters of a value, at most four and at most a third of it."""
    shown = min(recogniser.shown, 4, len(value) // 3)
    return f"...{value[-shown:]}" if shown > 0 else "..."


def _masks(recogniser: Recogniser, values: dict[str, None]) -> tuple[str, ...]:
    if recogniser.shown <= 0:
        return ()
    return tuple(dict.fromkeys(mask(recogniser, value) for value in list(values)[:_MOST_MASKS]))


def _doubt(column: _Column, answer: Answer, *, shy: bool) -> None:
    if answer.belief is Belief.MAYBE:
        column.shy = column.shy if column.doubtful else shy
        _put(column.doubtful, answer.value)
    elif answer.belief is Belief.MISS:
        column.misses += 1


def _append(places: list[T], place: T) -> None:
    if len(places) < _MOST_PLACES:
        places.append(place)


def _put(values: dict[str, None], value: str) -> None:
    if len(values) < MOST:
        values[value] = None


def _is_near(places: list[int], place: int) -> bool:
    index = bisect_left(places, place - BESIDE)
    return index < len(places) and places[index] <= place + BESIDE
