"""Where another table begins without a gap, as in exports that were joined into one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.columns import Columns
from agentguard.detect.tables.header_rows import Row, is_heading

_FEWEST_ROWS = 3
_FEWEST_SHARED = 2
_FEWEST_NUMBERS = 3
_LEADING = frozenset("0123456789+")
_DIGIT = later(r"\d")


class Above:
    """The names above a table and where its rows hold numbers, by which names below are told."""

    def __init__(
        self,
        names: Iterable[str] = (),
        sample: Sequence[Row] = (),
        columns: Columns = MappingProxyType({}),
    ) -> None:
        self._names = frozenset(names)
        enough = len(sample) >= _FEWEST_ROWS
        self._numbers = _numbers(columns, len(sample)) if enough else frozenset[int]()
        leading = (
            column
            for column in sorted(self._numbers)
            if sample[0][column][:1] in _LEADING
            and all(row[column][:1] in _LEADING for row in sample)
        )
        self._key = next(leading, -1)

    def may_be_names(self, cells: Sequence[str]) -> bool:
        """Tell cheaply whether a row of values only is out of the question."""
        if 0 <= self._key < len(cells):
            return cells[self._key][:1] not in _LEADING
        return not self._names.isdisjoint(cells)

    def are_names(self, row: Row) -> bool:
        """Check whether a row names columns: by the same names, or where numbers have stood."""
        if row.get(self._key, "")[:1] in _LEADING:
            return False
        few = len(self._numbers) < _FEWEST_NUMBERS
        if few and self._names.isdisjoint(row.values()):
            return False
        cells = frozenset(row.values())
        shared = len(self._names & cells)
        alike = shared >= _FEWEST_SHARED and 2 * shared >= len(row)
        if (few and not alike) or not is_heading(row):
            return False
        if alike:
            return True
        named = [row[column] for column in self._numbers if column in row]
        return len(named) >= _FEWEST_NUMBERS and len(cells) == len(row)


def _numbers(columns: Columns, count: int) -> frozenset[int]:
    """Return the columns in which every row has a digit."""
    whole = ((column, cells) for column, cells in columns.items() if len(cells) == count)
    return frozenset(column for column, cells in whole if all(map(_DIGIT.search, cells)))
