"""The cells of a sheet of XLSB, row by row from a stream, as a person sees them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from agentguard.detect.binary import xlsb_records
from agentguard.detect.extractor import Work
from agentguard.detect.formats._xlsx_sheet import Book, shown_by

_COLUMNS = 16_384
_FULL, _SHORT = 8, 4
_STYLE = 0xFFFFFF
_IN_1904 = 1


def strings_of(records: Iterable[xlsb_records.Record]) -> list[str]:
    """Return the shared strings."""
    return [
        _or_nothing(xlsb_records.rich_text, data)
        for kind, data in records
        if kind == xlsb_records.STRING_ITEM
    ]


def formats_of(records: Iterable[xlsb_records.Record]) -> tuple[frozenset[str], dict[str, str]]:
    """Return which styles show dates, and the formats of those that show numbers by one."""
    own: dict[str, str] = {}
    uses: list[str] = []
    is_used = False
    for kind, data in records:
        if kind in {xlsb_records.BEGIN_STYLES, xlsb_records.END_STYLES}:
            is_used = kind == xlsb_records.BEGIN_STYLES
        elif kind == xlsb_records.FORMAT:
            own[str(int.from_bytes(data[:2], "little"))] = _or_nothing(
                lambda some: xlsb_records.text(some, 2), data
            )
        elif kind == xlsb_records.STYLE and is_used:
            uses.append(str(int.from_bytes(data[2:4], "little")))
    return shown_by(own, uses)


def is_from_1904(records: Iterable[xlsb_records.Record]) -> bool:
    """Check whether a workbook counts its days from 1904 (BrtWbProp, MS-XLSB 2.4.822)."""
    return any(
        kind == xlsb_records.BOOK_PROPERTIES and data[:1] and data[0] & _IN_1904
        for kind, data in records
    )


def _or_nothing(read: Callable[[bytes], str], data: bytes) -> str:
    try:
        return read(data)
    except struct.error:
        return ""


@dataclass(slots=True)
class Sheet:
    """One sheet: its rows, and once these were taken, whether it has any and what else it says."""

    book: Book
    work: Work
    said: list[str] = field(default_factory=list)
    has_rows: bool = False
    _column: int = -1

    def rows(self, records: Iterable[xlsb_records.Record]) -> Iterator[dict[int, str]]:
        """Yield the rows; one without cells where the sheet leaves some out."""
        last, cells, is_inside = -1, dict[int, str](), False
        for kind, data in records:
            if kind in {xlsb_records.BEGIN_ROWS, xlsb_records.END_ROWS}:
                is_inside = kind == xlsb_records.BEGIN_ROWS
                self.has_rows |= is_inside
            elif not is_inside:
                self.said += xlsb_records.words(data)
            elif kind == xlsb_records.ROW:
                if last >= 0:
                    yield cells
                row, cells = int.from_bytes(data[:4], "little"), {}
                if row > last + 1:
                    yield {}
                last, self._column = row, -1
            else:
                self._cell(kind, data, cells)
        if last >= 0:
            yield cells

    def _cell(self, kind: int, data: bytes, cells: dict[int, str]) -> None:
        """Put a cell in its place; a record that is unknown or cut is told as not read."""
        is_short = kind in _SHORT_CELLS or kind in _SHORT_SILENT
        try:
            if is_short:
                self._column += 1
            elif kind in _CELLS or kind in _SILENT_CELLS:
                self._column = xlsb_records.whole(data)
            begin = _SHORT if is_short else _FULL
            style = str(xlsb_records.whole(data, begin - 4) & _STYLE) if kind in _READ else ""
            read = _READ.get(kind)
            shown = read(self, data, begin, style) if read else ""
        except (struct.error, LookupError):
            self.work.note("reason.corrupt-part")
            return
        if read is None and kind not in xlsb_records.SILENT and kind < _LATER:
            self.work.note("reason.unsupported-part")
        if shown.strip() and self._column < _COLUMNS:
            cells[self._column] = shown

    def text(self, data: bytes, begin: int, _style: str) -> str:
        """Return a text of the cell's own, or of its formula."""
        return xlsb_records.text(data, begin)

    def rich(self, data: bytes, begin: int, _style: str) -> str:
        """Return a text of the cell's own with its looks."""
        return xlsb_records.rich_text(data, begin)

    def shared(self, data: bytes, begin: int, _style: str) -> str:
        """Return a text that cells share."""
        return self.book.strings[xlsb_records.whole(data, begin)]

    def real(self, data: bytes, begin: int, style: str) -> str:
        """Return a number."""
        return self._number(xlsb_records.real(data, begin), style)

    def packed(self, data: bytes, begin: int, style: str) -> str:
        """Return a number of four bytes."""
        return self._number(xlsb_records.packed(data, begin), style)

    def _number(self, value: float, style: str) -> str:
        text = str(int(value)) if value.is_integer() else repr(value)
        return self.book.shown(text, style)


_LATER = 1024
"""Kinds from here on came with later versions and say how a row looks or who changed it."""

_CELLS = {
    xlsb_records.RK: Sheet.packed,
    xlsb_records.REAL: Sheet.real,
    xlsb_records.TEXT: Sheet.text,
    xlsb_records.SHARED: Sheet.shared,
    xlsb_records.FORMULA_TEXT: Sheet.text,
    xlsb_records.FORMULA_NUMBER: Sheet.real,
    xlsb_records.RICH_TEXT: Sheet.rich,
}
_SHORT_CELLS = {
    xlsb_records.SHORT_RK: Sheet.packed,
    xlsb_records.SHORT_REAL: Sheet.real,
    xlsb_records.SHORT_TEXT: Sheet.text,
    xlsb_records.SHORT_SHARED: Sheet.shared,
}
_READ = {**_CELLS, **_SHORT_CELLS}
_SILENT_CELLS = frozenset((1, 3, 4, 10, 11))
_SHORT_SILENT = frozenset((12, 14, 15))
