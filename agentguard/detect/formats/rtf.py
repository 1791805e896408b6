"""RTF: running text, tables by their columns, links and embedded files, in any code page.

Source: Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import re
from binascii import Error, unhexlify
from collections.abc import Generator, Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _ole_embedded
from agentguard.detect.formats._rtf_words import (
    FORGOTTEN,
    KEPT,
    SHOWN,
    SYMBOLS,
    WITHIN_LINES,
    Fonts,
)
from agentguard.detect.formats._text_openings import BETWEEN, BOM, ends
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.limits import MIB
from agentguard.detect.tables import table_rows

_MAGIC = b"{\\rtf"
_TOKEN = later(
    rb"\\'([0-9a-fA-F]{2})|\\([A-Za-z]{1,32})(-?[0-9]{1,10})? ?|\\(.)|([{}])|([^\\{}\r\n]+)"
    rb"|[\r\n]+",
    re.DOTALL,
)
_BORDER = later(rb"\\bin([0-9]{1,9}) ?|\\.|[{}]", re.DOTALL)
_DESTINATION = later(rb"(?:[\r\n ]*+\{)?+[\r\n ]*+(\\\*)?+[\r\n ]*+\\([A-Za-z]{1,32})")
_OBJECT = later(rb"\\\*?\\?objdata\b ?")
_NOT_HEX = later(rb"[^0-9a-fA-F]+")
_BORDERS = frozenset(("pard", "intbl", "trowd", "cell", "row"))
_DEEPEST = 1000
_PIECE = 4096
_NOTHING = b"\0 \t\r\n}\x1a"
"""What programs leave behind a document."""


def sniff(source: Source) -> bool:
    """Tell RTF by its first word."""
    return source.head[:64].removeprefix(BOM).lstrip().startswith(_MAGIC)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text.

    Raises:
        ScanError: it is too large.

    """
    if source.size > work.limits.held_mib * MIB:
        raise ScanError("reason.too-large")
    data = source.read(source.size)
    reader = _Reader(data, work)
    yield from reader.text()
    left = data[reader.end :]
    if left.strip(_NOTHING):
        work.spend(len(left))
        yield BETWEEN
        yield from work.within(left)


class _Reader:
    """Walks over the words of a document once.

    `end` is where the document ends, and with it what RTF makes of the bytes: behind its last
    brace, or behind the first line of what has none, since then it only begins as a document does.
    """

    def __init__(self, data: bytes, work: Work) -> None:
        self._data, self._work = data, work
        self.end = len(data)
        self._fonts = Fonts()
        self._page = self._fonts.page
        self._fallback = 1  # characters behind \u that say the same
        self._unshown = 0
        self._depth = 0
        self._above: list[tuple[str, int]] = []
        self._bytes = bytearray()
        self._text: list[str] = []
        self._in_table = False
        self._cell: list[str] = []
        self._row: list[str] = []
        self._rows: list[list[str]] = []

    def text(self) -> Iterator[str]:
        """Yield the text piece by piece."""
        place, size = 0, len(self._data)
        while place < self.end and (token := _TOKEN.match(self._data, place)):
            place = token.end()
            word, brace = token[2], token[5]
            if word is not None:
                place = self._word(word.decode(), token[3], place)
            elif brace == b"{":
                place = yield from self._open(place)
            elif brace is not None:
                self._close()
                self.end = size if self._depth else place
            else:
                self._characters(token[1], token[4], token[6])
            if len(self._text) > _PIECE:
                yield from self._given()
        yield from self._given()
        yield from self._end_table()
        if self._depth > 0:
            self._work.note("reason.corrupt-part")
            self.end = next(ends(self._data), size)

    def _open(self, place: int) -> Generator[str, None, int]:
        """Begin a group, or leave it out when it holds nothing that is read."""
        self._flush()
        self._depth += 1
        if self._depth <= _DEEPEST:
            self._above.append((self._page, self._fallback))
        self._unshown = 0
        found = _DESTINATION.match(self._data, place)
        word = found[2].decode() if found else ""
        if word == "fonttbl":
            end = self._end(place)
            self._fonts.read(self._data[place:end])
            return end
        if word == "objdata":
            end = self._end(place)
            yield from self._given()
            yield from self._object(self._data[place:end])
            return end
        if word in FORGOTTEN or (found and found[1] and word not in KEPT):
            return self._end(place)
        if word in KEPT:
            self._said(" " if word in WITHIN_LINES else "\n")
        return place

    def _end(self, place: int) -> int:
        """Find where the group that is open at `place` ends: the place of its brace."""
        depth = 1
        while found := _BORDER.search(self._data, place):
            place = found.end()
            if found[1]:
                place += int(found[1])
            elif found[0] == b"{":
                depth += 1
            elif found[0] == b"}":
                depth -= 1
                if not depth:
                    return found.start()
        return len(self._data)

    def _close(self) -> None:
        self._flush()
        self._unshown = 0
        self._depth = max(0, self._depth - 1)
        if self._depth < len(self._above):
            self._page, self._fallback = self._above.pop()

    def _characters(self, code: bytes | None, symbol: bytes | None, plain: bytes | None) -> None:
        """Take a byte in hexadecimal, a symbol, or bytes as they stand."""
        if plain is not None:
            self._plain(plain)
        elif self._unshown and (code or symbol):
            self._unshown -= 1
        elif code is not None:
            self._bytes += unhexlify(code)
        elif symbol is not None:
            self._said(SYMBOLS.get(symbol, ""))

    def _plain(self, plain: bytes) -> None:
        left, self._unshown = plain[self._unshown :], max(0, self._unshown - len(plain))
        self._bytes += left

    def _word(self, word: str, number: bytes | None, place: int) -> int:
        """Do what a word says; give where to go on."""
        value = int(number) if number else None
        if self._unshown and word not in {"u", "bin"}:
            self._unshown -= 1
        if word == "u" and value is not None:
            self._said(chr(value & 0xFFFF))
            self._unshown = self._fallback
        elif word == "uc":
            self._fallback = min(value or 0, 10) if value is not None else 1
        elif word == "bin":
            return place + max(0, value or 0)
        elif word in SHOWN:
            self._said(SHOWN[word])
        elif word in _BORDERS:
            self._border(word)
        elif self._fonts.takes(word, value):
            self._flush()
            self._page = self._fonts.page
        return place

    def _said(self, text: str) -> None:
        self._flush()
        if text:
            self._put(text)

    def _flush(self) -> None:
        """Decode the bytes so far by the code page that they are in."""
        if self._bytes:
            data = bytes(self._bytes)
            self._bytes.clear()
            self._put(data.decode(self._page, "replace"))

    def _put(self, text: str) -> None:
        if self._in_table or self._row:
            self._cell.append(text)
            return
        if self._rows and text.strip():
            self._text += self._end_table()
        self._text.append(text)

    def _given(self) -> Iterator[str]:
        self._flush()
        if self._text:
            yield _joined(self._text)
            self._text.clear()

    def _border(self, word: str) -> None:
        """Begin or end what a table is made of; a new paragraph stands in none."""
        self._flush()
        if word == "cell":
            self._row.append(_joined(self._cell).strip())
            self._cell.clear()
        elif word == "row":
            self._end_row()
        else:
            self._in_table = word != "pard"

    def _end_row(self) -> None:
        if self._row:
            self._rows.append(self._row)
            self._row = []

    def _end_table(self) -> Iterator[str]:
        if self._row or self._cell:
            self._border("cell")
            self._end_row()
        rows, self._rows = self._rows, []
        yield from table_rows.lines({n: cell for n, cell in enumerate(row) if cell} for row in rows)

    def _object(self, group: bytes) -> Iterator[str]:
        """Read a file that is embedded in hexadecimal (MS-OLEDS 2.2.5)."""
        found = _OBJECT.search(group)
        if found is None or len(group) > 2 * self._work.limits.part_mib * MIB:
            return
        digits = _NOT_HEX.sub(b"", group[found.end() :])
        try:
            data = unhexlify(digits[: len(digits) // 2 * 2])
        except Error:
            return
        self._work.spend(len(data))
        yield from self._work.within(_ole_embedded.of_ole_1(data))


def _joined(parts: list[str]) -> str:
    """Join texts; two halves that stand for one character become it."""
    text = "".join(parts)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


EXTRACTOR = Extractor(name="rtf", sniff=sniff, extract=extract, prose=True)
