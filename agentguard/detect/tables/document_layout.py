"""Running text and tables, as a walk over marks meets them: tables are written by columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agentguard.detect.tables.table_rows import Table

_DEEPEST = 50
_WIDEST_SPAN = 1000


@dataclass(slots=True)
class _Open:
    """A table that is being read: its present row and cell, and what was written of it."""

    written: list[str] = field(default_factory=list)
    table: Table = field(default_factory=Table)
    row: dict[int, str] | None = None
    cell: list[str] | None = None
    column: int = 0
    span: int = 1

    def end_cell(self) -> None:
        """Take the cell into the row."""
        if self.cell is None:
            return
        if self.row is None:
            self.row = {}
        if text := "".join(self.cell).strip():
            self.row[self.column] = text
        self.column += self.span
        self.cell = None

    def end_row(self) -> None:
        """Take the row into the table."""
        self.end_cell()
        if self.row is not None and (text := self.table.put(self.row)):
            self.written.append(text)
        self.row, self.column = None, 0


class Layout:
    """Takes text and the borders of tables; gives text as soon as it stands in no table."""

    def __init__(self) -> None:
        self._tables: list[_Open] = []

    @property
    def has_table(self) -> bool:
        """Check whether a table is open."""
        return bool(self._tables)

    def put(self, text: str) -> Iterator[str]:
        """Take text."""
        if not self._tables:
            yield text
            return
        if (cell := self._tables[-1].cell) is not None:
            cell.append(text)
        outermost = self._tables[0]
        if outermost.written:
            yield "".join(outermost.written)
            outermost.written.clear()

    def open_table(self) -> None:
        """Begin a table, perhaps in a cell of another."""
        if len(self._tables) < _DEEPEST:
            self._tables.append(_Open())

    def close_table(self) -> Iterator[str]:
        """End the innermost table and write it."""
        if self._tables:
            ended = self._tables.pop()
            ended.end_row()
            yield from self.put("".join(ended.written) + ended.table.close())

    def close_all(self) -> Iterator[str]:
        """End every table that was never closed."""
        while self._tables:
            yield from self.close_table()

    def row(self) -> None:
        """Begin a row."""
        if self._tables:
            self._tables[-1].end_row()
            self._tables[-1].row = {}

    def cell(self, span: int = 1) -> None:
        """Begin a cell, perhaps one that spans several columns."""
        if self._tables:
            self._tables[-1].end_cell()
            self._tables[-1].cell = []
            self._tables[-1].span = max(1, min(span, _WIDEST_SPAN))
