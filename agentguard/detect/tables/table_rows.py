"""Tables as text: each cell on a line of its own behind the name of its column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from agentguard.detect.extractor import Work
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.tables.concatenated_tables import Above
from agentguard.detect.tables.field_names import is_label, one_line, said
from agentguard.detect.tables.field_rows import by_cells, by_fields
from agentguard.detect.tables.header_rows import (
    LOOK_FOR_HEADER,
    Row,
    header_at,
    is_heading,
    is_paired,
    is_upright,
    names_of,
    names_values,
)
from agentguard.detect.tables.named_rows import Named, Plan

_MOST, _EACH = 8 << 20, 160
"""Bytes that they may take, and what each takes besides its characters."""


class Met:
    """Knows behind which names a row was written; when the rows are too many, all begins anew."""

    def __init__(self) -> None:
        self.behind: dict[str, Named] = {}
        self._size = 0

    def add(self, row: str, named: Named) -> None:
        """Know a row from now on."""
        self._size += len(row) + _EACH
        if self._size > _MOST:
            self.behind.clear()  # in place, since a loop holds it
            self._size = 0
        self.behind[row] = named


__all__ = ["LOOK_FOR_HEADER", "Row", "Table", "counted", "header_at", "lines"]

SAMPLE = 40
"""Rows from which the columns are understood."""

_SAMPLE_AGAIN = 9
"""The same when the first of them is known to name the columns, since the last table's end."""

_MOST_HELD = 400
_PAIR = 2  # a label and its value

_FEWEST_KNOWN, _MOST_KNOWN = 5, 512

_Write = Callable[[Row], str]
_Names = tuple[tuple[int, str], ...]


def lines(rows: Iterable[Row], full: AbstractSet[str] = frozenset()) -> Iterator[str]:
    """Write rows as text; without a header columns are numbered or named by what they hold."""
    table = Table(full=full)
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


_NOTHING = Above()


class Table:
    """Takes the rows of a sheet, perhaps of several tables below each other, and gives text.

    A row without cells is an empty line; a row of labels below one begins another table, and so
    does one that names columns again. With `names` the columns are known, and every row is one of
    values. Of the kinds in `full`, which may grow, enough was found.
    """

    def __init__(
        self, names: dict[int, str] | None = None, *, full: AbstractSet[str] = frozenset()
    ) -> None:
        self._full = full
        self._first: list[Row] = []
        self._write: _Write | None = None
        self._given = names
        self._names: dict[int, str] = {}
        self._upright: _Upright | None = None
        self._below_gap = self._below_title = False
        self._whole: dict[int, Plan] = {}
        self._above = _NOTHING
        self._is_told = False
        self._is_by_field = False
        self._known: dict[_Names, Named] = {}
        self._named: Named | None = None
        self._met = Met()

    def put(self, row: Row) -> str:
        """Take the next row."""
        if not row:
            self._below_gap = True
            return ""
        text = self._begin_anew(row) if self._given is None else ""
        self._below_gap, self._below_title = False, len(row) == 1
        if self._write is not None:
            return text + self._write(row)
        if not self._first and (known := self._known.get(tuple(row.items()))) is not None:
            self._go_on(known)
            return text
        if self._above is _NOTHING and is_heading(row):
            self._above = Above(row.values())
        self._first.append(row)
        enough = _SAMPLE_AGAIN if self._is_told else SAMPLE
        return text + self._begin() if len(self._first) >= enough else text

    def _begin_anew(self, row: Row) -> str:
        """End the table before a row that names columns, and give what was left of it."""
        named = self._above.are_names(row) or (self._below_title and names_values(row))
        if not named and not (self._below_gap and is_heading(row)):
            return ""
        if self._is_by_field or _is_by_field(self._first):  # a gap is a line between records
            return ""
        text = self.close()
        self._is_told = named
        return text

    def put_cells(self, cells: Sequence[str]) -> str:
        """Take the next row as its cells from the first column on."""
        plan = self._whole.get(len(cells))
        odd = plan is None or self._below_gap or self._below_title or "" in cells
        if plan is None or odd or self._above.may_be_names(cells):
            return self.put({number: cell for number, cell in enumerate(cells) if cell})
        return plan[0] % plan[1](cells)

    def put_each(
        self, lines: Iterable[str], split: Callable[[str], Sequence[str]]
    ) -> Iterator[str]:
        """Take rows as they stand in a file, and write each once behind the same names.

        A copy tells nothing new, and counts nowhere: neither as a value nor as a wrong check.
        """
        behind = self._met.behind
        for line in lines:
            named = self._named
            is_met = named is not None and behind.get(line) is named
            if is_met and not (self._below_gap or self._below_title):
                continue
            text = self.put_cells(split(line))
            yield text
            if named is not None and text.endswith(FENCE):  # no names, nor running text
                self._met.add(line, named)

    def close(self) -> str:
        """Return what is left; another table may follow."""
        text = self._begin() if self._write is None and self._first else ""
        if self._upright is not None:
            text += self._upright.close()
        self._write = self._upright = self._named = None
        self._whole, self._above, self._is_told = {}, _NOTHING, False
        self._is_by_field = False
        return text

    def _begin(self) -> str:
        rows, self._first, self._above = self._first, [], _NOTHING
        if self._given is not None:
            names = {c: one_line(n) for c, n in self._given.items()}
            return self._begin_named(Named(names, rows, self._full), rows)
        by_field = _is_by_field(rows)
        if not self._is_told and not by_field and is_upright(rows):
            self._upright = _Upright(rows[0])
            self._write = self._upright.put
            return "".join(map(self._write, rows))
        if not self._is_told and not by_field and is_paired(rows):
            self._write = _pairs
            return "".join(map(_pairs, rows))
        place = 0 if self._is_told else header_at(rows[:LOOK_FOR_HEADER])
        if place is not None and place + 1 == len(rows):  # names of nothing: words between tables
            return "".join(map(_plain, rows))
        above, below = (rows[:place], rows[place + 1 :]) if place is not None else ([], rows)
        if place is not None:
            self._names = names_of(rows, place)
        if write := by_cells(rows) if place is None else by_fields(self._names):
            self._write = write
            self._is_by_field = place is not None
            return "".join(map(_plain, above)) + "".join(map(write, below))
        named = Named(self._names, below, self._full)
        text = "".join(map(_plain, above)) + self._begin_named(named, below)
        text += _without_values(rows, place, below)
        if place == 0 and len(below) >= _FEWEST_KNOWN and len(self._known) < _MOST_KNOWN:
            self._known[tuple(rows[0].items())] = named
        return text

    def _begin_named(self, named: Named, rows: list[Row]) -> str:
        self._go_on(named)
        return "".join(map(named.put, rows))

    def _go_on(self, named: Named) -> None:
        """Write the rows that follow as this tells."""
        self._named, self._names = named, named.given
        self._write, self._whole, self._above = named.put, named.whole, named.above


def _without_values(rows: Sequence[Row], place: int | None, below: Sequence[Row]) -> str:
    """Return names above nothing: what was taken for one may be a value, and is written nowhere."""
    if place is None:
        return ""
    filled = frozenset[int]().union(*below)
    return "".join(said("", name) for column, name in rows[place].items() if column not in filled)


def _is_by_field(rows: Sequence[Row]) -> bool:
    """Check whether the first row names a column of names and one of values."""
    return bool(rows) and is_heading(rows[0]) and by_fields(names_of(rows, 0)) is not None


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
        named = is_heading(top) and len(top) > _PAIR
        self._header = {c: one_line(cell) for c, cell in top.items()} if named else {}
        self._held: list[Row] = []

    def put(self, row: Row) -> str:
        """Take a row."""
        self._held.append(row)
        return self.close() if len(self._held) >= _MOST_HELD else ""

    def close(self) -> str:
        """Return the columns one after the other, behind what names no value."""
        rows, self._held = self._held, []
        first = min((min(row) for row in rows), default=0)
        columns = sorted({column for row in rows for column in row if column != first})
        names = (row for row in rows if first in row)
        lone = (row[first] for row in names if len(row) == 1 or not is_label(row[first]))
        return "".join(said("", cell) for cell in lone) + "".join(
            said(f"{self._header.get(column, '')} {one_line(row.get(first, ''))}", row[column])
            for column in columns
            for row in rows
            if column in row
        )
