"""Pages of SQLite without their database: what is left in free pages, logs and damaged files.

Source: Database File Format of SQLite (https://www.sqlite.org/fileformat2.html), 1.6 on pages,
2.1 on records, 3 on the rollback journal and 4 on the write-ahead log.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from agentguard.detect.formats.text import shown
from agentguard.detect.tables.table_rows import Table

WAL_MAGICS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
JOURNAL_MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"

_TABLE_LEAF, _INDEX_LEAF = 0x0D, 0x0A
_LEAF_HEAD = 8
_MOST_CELLS = 8192
_MOST_COLUMNS = 2000
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_REAL, _ZERO, _ONE, _FIRST_BLOB = 7, 8, 9, 12
_LONGEST_VARINT = 9


def text_of(page: bytes, start: int = 0) -> str:
    """Return the rows of a leaf, or what can be read of any other page.

    `start` is 100 in page 1.
    """
    kind = page[start] if len(page) > start + _LEAF_HEAD else 0
    if kind not in {_TABLE_LEAF, _INDEX_LEAF}:
        return shown(page)
    table = Table()
    rows = list(_rows(page, start, kind))
    text = "".join(map(table.put, rows)) + table.close()
    return text if rows else shown(page)


def _rows(page: bytes, start: int, kind: int) -> Iterator[dict[int, str]]:
    (count,) = struct.unpack_from(">H", page, start + 3)
    first = start + _LEAF_HEAD
    count = min(count, _MOST_CELLS, (len(page) - first) // 2)
    left = 2 * len(page)  # whole records overlap nowhere
    for (place,) in struct.iter_unpack(">H", page[first : first + 2 * count]):
        _, body = _varint(page, place)  # the payload's size
        if kind == _TABLE_LEAF:
            _, body = _varint(page, body)  # the row's number
        row, end = _record(page, body)
        if row:
            yield row
        left -= max(0, end - place)
        if left < 0:
            return


def _record(page: bytes, start: int) -> tuple[dict[int, str], int]:
    """Return the values of a record that stand in this page, and where it ends."""
    size, place = _varint(page, start)
    end = value = start + size
    row: dict[int, str] = {}
    column = 0
    while place < end <= len(page) and column < _MOST_COLUMNS:
        kind, place = _varint(page, place)
        length = _length(kind)
        if value + length > len(page):
            length = len(page) - value  # the rest stands in other pages
        if text := _value(kind, page[value : value + length]):
            row[column] = text
        value += length
        column += 1
    return row, value


def _length(kind: int) -> int:
    if kind >= _FIRST_BLOB:
        return (kind - _FIRST_BLOB) // 2
    return 8 if kind == _REAL else _INTEGERS.get(kind, 0)


def _value(kind: int, data: bytes) -> str:
    if kind >= _FIRST_BLOB:
        return data.decode("utf-8", "replace") if kind % 2 else shown(data)
    if kind in {_ZERO, _ONE}:
        return str(kind - _ZERO)
    if kind == _REAL and len(data) == struct.calcsize(">d"):
        return repr(struct.unpack(">d", data)[0])
    return str(int.from_bytes(data, "big", signed=True)) if kind in _INTEGERS else ""


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Read a number of seven bits to a byte; give it and where the next thing stands."""
    number = 0
    for byte in data[place : place + _LONGEST_VARINT - 1]:
        place += 1
        number = number << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
            return number, place
    return number << 8 | int.from_bytes(data[place : place + 1], "big"), place + 1
