"""Writes rows behind the names of their columns, by a plan that most rows of a table share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter

from agentguard.detect.tables.checksum_columns import proven
from agentguard.detect.tables.column_inference import supposed
from agentguard.detect.tables.columns import LONGEST_PART, Mend, columns_of, mends, nearby, stems
from agentguard.detect.tables.concatenated_tables import Above
from agentguard.detect.tables.field_names import is_nameless, said, template
from agentguard.detect.tables.header_rows import Row
from agentguard.detect.tables.passport_lists import series, written
from agentguard.detect.tables.typed_numbers import named_by, typed

_MOST_PLANS = 64

Plan = tuple[str, Callable[[Row | Sequence[str]], tuple[str, ...]]]
"""What a row is written into, and what picks its cells in order."""


class Named:
    """Writes rows behind the names of their columns."""

    def __init__(
        self, header: dict[int, str], sample: Sequence[Row], full: AbstractSet[str] = frozenset()
    ) -> None:
        self._header = {c: name for c, name in header.items() if not is_nameless(name)}
        cells = columns_of(sample)
        named = supposed(sample, self._header)
        self.given = header
        self._names = {**header, **named, **proven(sample, cells, self._header, full)}
        self.above = Above(header.values(), sample, cells)
        self._stems = stems(self._names, cells)
        self._mends: dict[int, Mend] = {**mends(cells), **written(self._names, cells)}
        self._series = series(self._names, cells)
        self._typed = typed(self._names, sample)
        self._order = nearby(self._names, cells)
        self._known = frozenset(self._order)
        self._plans: dict[tuple[int, ...], Plan | None] = {}
        self.whole: dict[int, Plan] = {}  # by the number of cells, none of them empty

    def put(self, row: Row) -> str:
        """Write one row."""
        columns = tuple(row)
        plan = self._plans.get(columns)
        if plan is None and len(self._plans) < _MOST_PLANS and columns not in self._plans:
            plan = self._plans[columns] = self._plan(row)
            if plan is not None and columns == tuple(range(len(columns))):
                self.whole[len(columns)] = plan
        if plan is not None:
            text, pick = plan
            return text % pick(row)
        cells: dict[str, str] = {}
        for column in self._ordered(row):
            value = row.get(self._series.get(column, -1), "") + row[column]
            self._put(cells, column, value, row.get(self._typed.get(column, -1), ""))
        if len(cells) == 1 and len(self._order) > 1 and not self._header:
            return "".join(f"{cell}\n" for cell in cells.values())  # a line among tables
        return "".join(said(name, cell) for name, cell in cells.items())

    def _ordered(self, row: Row) -> list[int]:
        beyond = sorted(row.keys() - self._known)
        return [column for column in (*self._order, *beyond) if column in row]

    def _plan(self, row: Row) -> Plan | None:
        """Plan how rows of these columns are written; None where that depends on their cells."""
        order = self._ordered(row)
        if len(order) == 1 or any(map(self._depends, order)):
            return None
        names = _distinct(map(self._name, order), order)
        return template(names), itemgetter(*order)

    def _depends(self, column: int) -> bool:
        parted = column in self._stems or column in self._series
        return parted or column in self._mends or column in self._typed

    def _put(self, cells: dict[str, str], column: int, value: str, kind: str) -> None:
        if column in self._mends:
            value = self._mends[column](value)
        name, stem = self._name(column), self._stems.get(column)
        if kind:
            name = named_by(kind, name)
        part = value.strip()
        if stem is not None and stem in cells and part.isdigit() and len(part) <= LONGEST_PART:
            cells[stem] += part
        elif stem is not None and stem not in cells:
            cells[stem] = part
        else:
            cells[name if name not in cells else f"{name} {column}"] = value

    def _name(self, column: int) -> str:
        return self._names.get(column, f"column {column}")


def _distinct(names: Iterable[str], order: Sequence[int]) -> Iterator[str]:
    taken: set[str] = set()
    for name, column in zip(names, order, strict=True):
        yield f"{name} {column}" if name in taken else name
        taken.add(name)
