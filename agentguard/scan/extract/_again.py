"""Where another table begins without a gap, as in exports that were joined into one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agentguard.scan.extract._header import Row, is_heading

_FEWEST_ROWS = 3
_FEWEST_SHARED = 2
_FEWEST_NUMBERS = 3
_LEADING = frozenset("0123456789+")


class Above:
    """The names above a table and where its rows hold numbers, by which names below are told."""

    def __init__(self, names: Iterable[str] = (), sample: Sequence[Row] = ()) -> None:
        self._names = frozenset(names)
        self._numbers = _numbers(sample) if len(sample) >= _FEWEST_ROWS else frozenset[int]()
        leading = (c for c in self._numbers if all(row[c][:1] in _LEADING for row in sample))
        self._key = min(leading, default=-1)

    def may_be_names(self, cells: Sequence[str]) -> bool:
        """Tell cheaply whether a row of values only is out of the question."""
        if 0 <= self._key < len(cells):
            return cells[self._key][:1] not in _LEADING
        return not self._names.isdisjoint(cells)

    def are_names(self, row: Row) -> bool:
        """Tell whether a row names columns: by the same names, or where numbers have stood."""
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


def _numbers(sample: Sequence[Row]) -> frozenset[int]:
    """Give the columns in which every row has a digit."""
    columns = set(sample[0]).intersection(*sample[1:])
    return frozenset(c for c in columns if all(any(map(str.isdigit, row[c])) for row in sample))
