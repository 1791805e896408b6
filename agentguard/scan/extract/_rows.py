"""Tables as text: each cell on a line of its own behind the name of its column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter

from agentguard.scan.extract._columns import LONGEST_PART, Mend, mends, nearby, stems
from agentguard.scan.extract._header import (
    LOOK_FOR_HEADER,
    Row,
    header_at,
    is_heading,
    is_paired,
    is_upright,
    names_of,
)
from agentguard.scan.extract._names import is_nameless, one_line, said
from agentguard.scan.extract._supposed import supposed
from agentguard.scan.extract.base import Work

__all__ = ["LOOK_FOR_HEADER", "Row", "Table", "counted", "header_at", "lines"]

SAMPLE = 40
"""Rows from which the columns are understood."""

_MOST_HELD = 400

_MOST_PLANS = 64

_Write = Callable[[Row], str]
_Plan = tuple[str, Callable[[Row | Sequence[str]], tuple[str, ...]]]


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Write rows as text; without a header columns are numbered or named by what they hold."""
    table = Table()
    for row in rows:
        if text := table.put(row):
            yield text
    if text := table.close():
        yield text


def counted(rows: Iterable[Row], work: Work) -> Iterator[Row]:
    """Account for what the cells hold before it is written: many may share one text."""
    for row in rows:
        work.spend(sum(map(len, row.values())))
        yield row


class Table:
    """Takes the rows of a sheet, perhaps of several tables below each other, and gives text.

    A row without cells is an empty line; a row of labels below one begins another table. With
    `names` the columns are known, and every row is one of values.
    """

    def __init__(self, names: dict[int, str] | None = None) -> None:
        self._first: list[Row] = []
        self._write: _Write | None = None
        self._given = names
        self._names: dict[int, str] = {}
        self._upright: _Upright | None = None
        self._below_gap = False
        self._whole: dict[int, _Plan] = {}

    def put(self, row: Row) -> str:
        """Take the next row."""
        if not row:
            self._below_gap = True
            return ""
        is_new = self._below_gap and self._given is None and is_heading(row)
        text = self.close() if is_new else ""
        self._below_gap = False
        if self._write is not None:
            return text + self._write(row)
        self._first.append(row)
        return text + self._begin() if len(self._first) >= SAMPLE else text

    def put_cells(self, cells: Sequence[str]) -> str:
        """Take the next row as its cells from the first column on."""
        plan = self._whole.get(len(cells))
        if plan is None or self._below_gap or "" in cells:
            return self.put({number: cell for number, cell in enumerate(cells) if cell})
        return plan[0] % plan[1](cells)

    def close(self) -> str:
        """Give what is left; another table may follow."""
        text = self._begin() if self._write is None and self._first else ""
        if self._upright is not None:
            text += self._upright.close()
        self._write = self._upright = None
        self._whole = {}
        return text

    def _begin(self) -> str:
        rows, self._first = self._first, []
        if self._given is not None:
            return self._begin_named({c: one_line(n) for c, n in self._given.items()}, rows)
        if is_upright(rows):
            self._upright = _Upright(rows[0])
            self._write = self._upright.put
            return "".join(map(self._write, rows))
        if is_paired(rows):
            self._write = _pairs
            return "".join(map(_pairs, rows))
        place = header_at(rows[:LOOK_FOR_HEADER])
        if place is not None and place + 1 == len(rows):  # names of nothing: words between tables
            return "".join(map(_plain, rows))
        above, below = (rows[:place], rows[place + 1 :]) if place is not None else ([], rows)
        if place is not None:
            self._names = names_of(rows, place)
        return "".join(map(_plain, above)) + self._begin_named(self._names, below)

    def _begin_named(self, names: dict[int, str], rows: list[Row]) -> str:
        named = _Named(names, rows)
        self._write, self._whole = named.put, named.whole
        return "".join(map(self._write, rows))


def _plain(row: Row) -> str:
    return "\t".join(row[column] for column in sorted(row)) + "\n"


def _pairs(row: Row) -> str:
    cells = [row[column] for column in sorted(row)]
    pairs = zip(cells[::2], cells[1::2], strict=False)
    rest = f"{cells[-1]}\n" if len(cells) % 2 else ""
    return "".join(said(one_line(name), value) for name, value in pairs) + rest


class _Upright:
    """A table whose first column names the rows: it is turned, so that records stay together."""

    def __init__(self, top: Row) -> None:
        self._header = {c: one_line(cell) for c, cell in top.items()} if is_heading(top) else {}
        self._held: list[Row] = []

    def put(self, row: Row) -> str:
        """Take a row."""
        self._held.append(row)
        return self.close() if len(self._held) >= _MOST_HELD else ""

    def close(self) -> str:
        """Give the columns one after the other."""
        rows, self._held = self._held, []
        first = min((min(row) for row in rows), default=0)
        columns = sorted({column for row in rows for column in row if column != first})
        return "".join(
            said(f"{self._header.get(column, '')} {one_line(row.get(first, ''))}", row[column])
            for column in columns
            for row in rows
            if column in row
        )


class _Named:
    """Writes rows behind the names of their columns."""

    def __init__(self, header: dict[int, str], sample: Sequence[Row]) -> None:
        self._header = {c: name for c, name in header.items() if not is_nameless(name)}
        named = supposed(sample, self._header)
        self._names = {**header, **named}
        self._stems = stems(self._names, sample)
        self._mends: dict[int, Mend] = mends(sample)
        self._order = nearby(self._names, sample)
        self._known = frozenset(self._order)
        self._plans: dict[tuple[int, ...], _Plan | None] = {}
        self.whole: dict[int, _Plan] = {}  # by the number of cells, none of them empty

    def put(self, row: Row) -> str:
        """Write one row."""
        columns = tuple(row)
        plan = self._plans.get(columns)
        if plan is None and len(self._plans) < _MOST_PLANS and columns not in self._plans:
            plan = self._plans[columns] = self._plan(row)
            if plan is not None and columns == tuple(range(len(columns))):
                self.whole[len(columns)] = plan
        if plan is not None:
            template, pick = plan
            return template % pick(row)
        cells: dict[str, str] = {}
        for column in self._ordered(row):
            self._put(cells, column, row[column])
        if len(cells) == 1 and len(self._order) > 1 and not self._header:
            return "".join(f"{cell}\n" for cell in cells.values())  # a line among tables
        return "".join(said(name, cell) for name, cell in cells.items())

    def _ordered(self, row: Row) -> list[int]:
        beyond = sorted(row.keys() - self._known)
        return [column for column in (*self._order, *beyond) if column in row]

    def _plan(self, row: Row) -> _Plan | None:
        """Plan how rows of these columns are written; None where that depends on their cells."""
        order = self._ordered(row)
        if len(order) == 1 or any(c in self._stems or c in self._mends for c in order):
            return None
        names = (self._name(column).replace("%", "%%") for column in order)
        return "".join(said(name, "%s") for name in _distinct(names, order)), itemgetter(*order)

    def _put(self, cells: dict[str, str], column: int, value: str) -> None:
        if column in self._mends:
            value = self._mends[column](value)
        name, stem = self._name(column), self._stems.get(column)
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
