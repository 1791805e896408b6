"""The records of a workbook of Excel 5 to 2003 (MS-XLS), and the strings within them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FORMULA, EOF, HEADER, FOOTER = 0x0006, 0x000A, 0x0014, 0x0015
NOTE, DATE_MODE, FILEPASS, CONTINUE = 0x001C, 0x0022, 0x002F, 0x003C
CODEPAGE, BOUNDSHEET, MULRK, RSTRING, XF = 0x0042, 0x0085, 0x00BD, 0x00D6, 0x00E0
SST, LABELSST, TXO, HLINK = 0x00FC, 0x00FD, 0x01B6, 0x01B8
NUMBER, LABEL, STRING, RK, FORMAT, BOF = 0x0203, 0x0204, 0x0207, 0x027E, 0x041E, 0x0809

PLAIN = frozenset((BOF, FILEPASS, 0x00E1, 0x0160, 0x01AD, 0x0195, 0x0194, 0x0138))
"""Records that are never encrypted (MS-XLS 2.2.10)."""

Record = tuple[int, int, bytes]
"""What kind a record is, where its data begin, and these."""

_HEAD = 4
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08


def records(book: bytes) -> Iterator[Record]:
    """Yield the records until the stream ends or stops being records."""
    place = 0
    while place + _HEAD <= len(book):
        kind, size = struct.unpack_from("<HH", book, place)
        place += _HEAD
        if not kind and not size:
            return
        yield kind, place, book[place : place + size]
        place += size


@dataclass(slots=True)
class Pieces:
    """Data that were cut into a record and those that continue it."""

    parts: Sequence[bytes]
    part: int = 0
    place: int = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes over the borders of records, fewer at the end."""
        found = bytearray()
        while len(found) < size and self.part < len(self.parts):
            piece = self.parts[self.part][self.place : self.place + size - len(found)]
            found += piece
            self._go(len(piece))
        return bytes(found)

    def skip(self, size: int) -> None:
        """Leave out bytes."""
        while size > 0 and self.part < len(self.parts):
            step = min(size, len(self.parts[self.part]) - self.place)
            size -= step
            self._go(step)

    def _go(self, size: int) -> None:
        self.place += size
        while self.part < len(self.parts) and self.place >= len(self.parts[self.part]):
            self.part, self.place = self.part + 1, 0

    @property
    def is_over(self) -> bool:
        """Check whether nothing is left."""
        return self.part >= len(self.parts)

    def characters(self, count: int, *, wide: bool) -> str:
        """Return characters; each record that continues them says anew how wide they are."""
        found: list[str] = []
        while count > 0 and not self.is_over:
            size = 2 if wide else 1
            part, here = self.part, self.parts[self.part]
            piece = here[self.place : self.place + count * size]
            piece = piece[: len(piece) // size * size]
            found.append(piece.decode("utf-16-le" if wide else "latin-1", "replace"))
            count -= len(piece) // size
            self._go(len(piece))
            if count > 0 and self.part == part:  # half a character at the border
                self._go(len(here) - self.place)
            if count > 0 and not self.is_over:
                wide = bool(self.take(1)[0] & _WIDE)
        return "".join(found)

    def string(self) -> str:
        """Read an XLUnicodeRichExtendedString (MS-XLS 2.5.293)."""
        head = self.take(3)
        if len(head) < 3:  # noqa: PLR2004 - a count and flags
            return ""
        count, flags = struct.unpack("<HB", head)
        runs = _number(self.take(2)) if flags & _RICH else 0
        more = _number(self.take(4)) if flags & _EXTENDED else 0
        text = self.characters(count, wide=bool(flags & _WIDE))
        self.skip(4 * runs + more)
        return text


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def rk_value(packed: int) -> float:
    """Return the number of an RkNumber (MS-XLS 2.5.217)."""
    if packed & 2:
        value = float((packed >> 2) - ((packed & 0x80000000) and 1 << 30))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value
