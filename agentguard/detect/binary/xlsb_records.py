"""The records of a binary workbook of Excel (MS-XLSB), from a stream, and what stands in them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from agentguard.detect.binary.biff_records import rk_value
from agentguard.detect.lexicon.lazy_pattern import later

ROW = 0
RK, ERROR, BOOL, REAL, TEXT, SHARED = 2, 3, 4, 5, 6, 7
FORMULA_TEXT, FORMULA_NUMBER, FORMULA_BOOL, FORMULA_ERROR, RICH_TEXT = 8, 9, 10, 11, 62
SHORT_RK, SHORT_REAL, SHORT_TEXT, SHORT_SHARED = 13, 16, 17, 18
STRING_ITEM, FORMAT, STYLE, BOOK_PROPERTIES = 19, 44, 47, 153
BEGIN_ROWS, END_ROWS, BEGIN_STYLES, END_STYLES = 145, 146, 617, 618
"""Kinds of records (MS-XLSB 2.3.2): `SHORT_…` stand right of the cell before."""

SILENT = frozenset(
    (1, ERROR, BOOL, FORMULA_BOOL, FORMULA_ERROR, 12, 14, 15, 35, 36, 37, 38, 49, 50, 426, 427, 428)
)
"""Records among the rows of which a person sees nothing that could be data: blanks, truth, errors,
shared formulas, metadata, what later versions may ignore."""

Record = tuple[int, bytes]
"""What kind a record is, and its data."""

LONGEST = 4 << 20
_MORE, _BITS = 0x80, 7
_MOST_SIZE_BYTES = 4
_LENGTH = 4
_RUN = later(rb"(?:[\x20-\xff]\0|[\0-\xff][\x01-\x05]){4,}")


class Damaged(Exception):
    """A record is cut off, or says that it is longer than any can be."""


def records(data: Iterable[bytes]) -> Iterator[Record]:
    """Yield the records of a part that comes in pieces.

    Raises:
        Damaged: the part ends within a record.

    """
    held, place = b"", 0
    for piece in data:
        held, place = held[place:] + piece, 0
        while (head := _head(held, place)) is not None:
            kind, begin, size = head
            if size > LONGEST:
                raise Damaged
            if begin + size > len(held):
                break
            yield kind, held[begin : begin + size]
            place = begin + size
    if place < len(held):
        raise Damaged


def _head(held: bytes, place: int) -> tuple[int, int, int] | None:
    """Return a record's kind, where its data begin, and their size; None when more must come."""
    kind = size = 0
    for number in range(2):
        if place >= len(held):
            return None
        byte = held[place]
        place += 1
        kind |= (byte & ~_MORE) << _BITS * number
        if not byte & _MORE:
            break
    for number in range(_MOST_SIZE_BYTES):
        if place >= len(held):
            return None
        byte = held[place]
        place += 1
        size |= (byte & ~_MORE) << _BITS * number
        if not byte & _MORE:
            break
    return kind, place, size


def text(data: bytes, place: int = 0) -> str:
    """Read an XLWideString (MS-XLSB 2.5.168), as far as it is there."""
    (count,) = struct.unpack_from("<I", data, place)
    begin = place + _LENGTH
    return data[begin : begin + 2 * count].decode("utf-16-le", "replace")


def rich_text(data: bytes, place: int = 0) -> str:
    """Read a RichStr (MS-XLSB 2.5.122) without its runs and its phonetic words."""
    return text(data, place + 1)


def real(data: bytes, place: int = 0) -> float:
    """Read a number of eight bytes."""
    return float(struct.unpack_from("<d", data, place)[0])


def packed(data: bytes, place: int = 0) -> float:
    """Read a number of four bytes."""
    return rk_value(struct.unpack_from("<I", data, place)[0])


def whole(data: bytes, place: int = 0) -> int:
    """Read a number that counts."""
    return int(struct.unpack_from("<I", data, place)[0])


def words(data: bytes) -> list[str]:
    """Return what stands in a record as text, whatever its kind: notes, links, headers, lists."""
    return [found.decode("utf-16-le", "replace") for found in _RUN.findall(data)]
