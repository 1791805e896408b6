"""Running text and tables, as a walk over marks meets them: tables are written by columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agentguard.scan.extract import _rows

_DEEPEST = 50


@dataclass(slots=True)
class _Table:
    rows: list[dict[int, str]] = field(default_factory=list)
    cell: list[str] | None = None


class Layout:
    """Takes text and the borders of tables; gives text as soon as it stands in no table."""

    def __init__(self) -> None:
        self._tables: list[_Table] = []

    def put(self, text: str) -> Iterator[str]:
        """Take text."""
        if not self._tables:
            yield text
        elif (cell := self._tables[-1].cell) is not None:
            cell.append(text)

    def open_table(self) -> None:
        """Begin a table, perhaps in a cell of another."""
        if len(self._tables) < _DEEPEST:
            self._tables.append(_Table())

    def close_table(self) -> Iterator[str]:
        """End the innermost table and write it."""
        if self._tables:
            self._end_cell()
            for line in _rows.lines(self._tables.pop().rows):
                yield from self.put(line)

    def close_all(self) -> Iterator[str]:
        """End every table that was never closed."""
        while self._tables:
            yield from self.close_table()

    def row(self) -> None:
        """Begin a row."""
        if self._tables:
            self._end_cell()
            self._tables[-1].rows.append({})

    def cell(self) -> None:
        """Begin a cell."""
        if self._tables:
            self._end_cell()
            self._tables[-1].cell = []

    def _end_cell(self) -> None:
        table = self._tables[-1]
        if table.cell is None:
            return
        if not table.rows:
            table.rows.append({})
        row = table.rows[-1]
        row[len(row)] = "".join(table.cell).strip() or " "
        table.cell = None
