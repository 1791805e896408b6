"""XLS: every sheet of a workbook of Excel 5 to 2003 by its columns, notes, links, headers."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from agentguard.detect.binary import biff_records, office97_encryption
from agentguard.detect.binary.compound_file import Compound, top_names
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _ole_embedded, _sheet_serials
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.limits import MIB
from agentguard.detect.tables import table_rows

_NAMES = ("workbook", "book")
_BIFF8 = 0x0600
_WIDE = later(rb"(?:[\x20-\x7e]\0){6,}")
_TEXTS = frozenset((biff_records.TXO, biff_records.HLINK, biff_records.HEADER, biff_records.FOOTER))
_UNICODE, _MACINTOSH = 1200, 10_000
_COLUMNS = 256
_IS_TEXT, _MARK = 0, b"\xff\xff"


def sniff(source: Source) -> bool:
    """Tell a workbook by the name of its stream."""
    return not top_names(source).isdisjoint(_NAMES)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the sheets, then what is embedded."""
    container = Compound(source)
    for name in _NAMES:
        if container.size(name):
            yield from workbook(container, (name,), work)
    yield from _ole_embedded.parts(container, work)


def workbook(container: Compound, path: tuple[str, ...], work: Work) -> Iterator[str]:
    """Yield the sheets of one stream."""
    if container.size(*path) > work.limits.part_mib * MIB:
        work.note("reason.too-large-part")
        return
    book = container.stream(*path) or b""
    work.spend(len(book))
    locked = office97_encryption.file_pass(book)
    if locked is not None:
        key = office97_encryption.default_key(locked)
        if key is None:
            work.note("reason.sealed-part")
            return
        book = office97_encryption.opened(book, key)
    if not book.startswith(struct.pack("<H", biff_records.BOF)):
        yield from _ole_embedded.damaged(book, path, work)
        return
    yield from _Book(book).sheets(work)


class _Book:
    """One workbook: what its first part tells about all sheets, and the sheets one by one."""

    def __init__(self, data: bytes) -> None:
        self._records = biff_records.records(data)
        self._held: biff_records.Record | None = None
        self._is_biff8 = True
        self._encoding = "cp1252"
        self._from_1904 = False
        self._strings: list[str] = []
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        self._texts: list[str] = []
        self._is_over = False

    def sheets(self, work: Work) -> Iterator[str]:
        """Yield sheet after sheet."""
        while not self._is_over:
            yield from table_rows.lines(table_rows.counted(self._rows(), work), work.full)
            yield "\n"
            for text in self._texts:
                yield text + "\n"
            self._texts.clear()

    def _next(self) -> biff_records.Record | None:
        record, self._held = self._held or next(self._records, None), None
        self._is_over = record is None
        return record

    def _continued(self, first: bytes) -> biff_records.Pieces:
        """Gather a record and those that continue it."""
        parts = [first]
        while (record := self._next()) is not None and record[0] == biff_records.CONTINUE:
            parts.append(record[2])
        self._held = record
        return biff_records.Pieces(parts)

    def _rows(self) -> Iterator[dict[int, str]]:
        """Yield the rows of one sheet; other records are taken note of."""
        row, cells = -1, dict[int, str]()
        for at, column, text in self._sheet():
            if at != row and cells:
                yield cells
                cells = {}
            row = at
            if column < _COLUMNS and text.strip():
                cells[column] = text
        if cells:
            yield cells

    def _sheet(self) -> Iterator[tuple[int, int, str]]:
        """Yield the cells until the sheet ends; charts within are left out."""
        depth = 0
        while (record := self._next()) is not None:
            kind, _, data = record
            if kind == biff_records.BOF:
                depth += 1
                self._begin(data)
            elif kind == biff_records.EOF:
                depth -= 1
                if depth <= 0:
                    break
            elif depth <= 1:
                yield from self._cells(kind, data)

    def _begin(self, data: bytes) -> None:
        if len(data) >= 2:  # noqa: PLR2004 - the version
            self._is_biff8 = struct.unpack_from("<H", data)[0] >= _BIFF8

    def _cells(self, kind: int, data: bytes) -> list[tuple[int, int, str]]:
        """Return the cells of a record, none when it is of another kind or damaged."""
        try:
            if kind in _CELLS:
                row, column, style = struct.unpack_from("<HHH", data)
                return [(row, column, str(_CELLS[kind](self, data[6:], style)))]
            if kind == biff_records.MULRK:
                row, first = struct.unpack_from("<HH", data)
                return [
                    (row, first + number, self._number(biff_records.rk_value(packed), style))
                    for number, (style, packed) in enumerate(
                        struct.iter_unpack("<HI", data[4 : 4 + (len(data) - 6) // 6 * 6])
                    )
                ]
            self._note(kind, data)
        except (struct.error, LookupError, ValueError):
            pass  # one record that is damaged
        return []

    def _note(self, kind: int, data: bytes) -> None:
        """Remember what is told about all cells, and text that stands in none."""
        if kind == biff_records.SST:
            self._read_strings(data)
        elif kind == biff_records.FORMAT:
            self._formats[struct.unpack_from("<H", data)[0]] = self._text(data[2:])
        elif kind == biff_records.XF:
            self._styles.append(struct.unpack_from("<2xH", data)[0])
        elif kind == biff_records.DATE_MODE:
            self._from_1904 = data[:1] == b"\x01"
        elif kind == biff_records.CODEPAGE:
            self._encoding = _encoding(struct.unpack_from("<H", data)[0])
        elif kind in _TEXTS:
            self._read_text(kind, data)

    def _read_strings(self, data: bytes) -> None:
        pieces = self._continued(data)
        _, count = struct.unpack("<II", pieces.take(8))
        while len(self._strings) < count and not pieces.is_over:
            self._strings.append(pieces.string())

    def _read_text(self, kind: int, data: bytes) -> None:
        if kind == biff_records.HLINK:
            self._texts += [found.decode("utf-16-le") for found in _WIDE.findall(data)]
        elif kind == biff_records.TXO:
            count = struct.unpack_from("<10xH", data)[0]
            pieces = self._continued(b"")
            if count and not pieces.is_over:
                wide = bool(pieces.take(1)[0] & 1)
                self._texts.append(pieces.characters(count, wide=wide))
        elif data:
            self._texts.append(self._text(data))

    def _text(self, data: bytes) -> str:
        if self._is_biff8:
            return biff_records.Pieces([data]).string()
        count = struct.unpack_from("<H", data)[0]
        return data[2 : 2 + count].decode(self._encoding, "replace")

    def _number(self, value: float, style: int) -> str:
        format_ = self._styles[style] if style < len(self._styles) else 0
        code = self._formats.get(format_, "")
        if _sheet_serials.is_date(code) if code else format_ in _sheet_serials.BUILT_IN_DATES:
            return _sheet_serials.date(value, from_1904=self._from_1904)
        return _sheet_serials.number(value, code)

    def label(self, data: bytes, _style: int) -> str:
        """Return a text of the cell's own."""
        return self._text(data)

    def shared(self, data: bytes, _style: int) -> str:
        """Return a text that cells share."""
        return self._strings[int.from_bytes(data[:4], "little")]

    def number(self, data: bytes, style: int) -> str:
        """Return a number."""
        return self._number(struct.unpack_from("<d", data)[0], style)

    def packed(self, data: bytes, style: int) -> str:
        """Return a number in four bytes."""
        return self._number(biff_records.rk_value(struct.unpack_from("<I", data)[0]), style)

    def formula(self, data: bytes, style: int) -> str:
        """Return the last result of a formula; a text stands in the record behind it."""
        if data[6:8] != _MARK:
            return self.number(data, style)
        if data[0] != _IS_TEXT:
            return ""
        while (record := self._next()) is not None and record[0] in _BETWEEN:
            pass
        if record is not None and record[0] == biff_records.STRING:
            return self._text(record[2])
        self._held = record
        return ""


_BETWEEN = frozenset((0x0221, 0x04BC, 0x0236))  # of an array, shared, a table
_CELLS = {
    biff_records.LABEL: _Book.label,
    biff_records.RSTRING: _Book.label,
    biff_records.LABELSST: _Book.shared,
    biff_records.NUMBER: _Book.number,
    biff_records.RK: _Book.packed,
    biff_records.FORMULA: _Book.formula,
}


def _encoding(page: int) -> str:
    if page == _UNICODE:
        return "utf-16-le"
    name = "mac_roman" if page == _MACINTOSH else f"cp{page}"
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name


EXTRACTOR = Extractor(
    name="xls", sniff=sniff, extract=extract, streams={"workbook": workbook, "book": workbook}
)
