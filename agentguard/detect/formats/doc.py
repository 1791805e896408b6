"""DOC: the text of Word 6 to 2003 in all its stories: body, notes, comments, headers, boxes."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from agentguard.detect.binary.compound_file import Compound, top_names
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _ole_embedded
from agentguard.detect.limits import MIB
from agentguard.detect.tables import table_rows

_NAME = "worddocument"
_WORD_6, _WORD_97 = 0xA5DC, 0xA5EC
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_CLX_AT = 0x01A2
_PROPERTIES, _PIECES = 1, 2
_EIGHT_BIT = 0x40000000
_MOST_PIECES = 200_000
_CELL = "\x07"
_MOST_COLUMNS = 63
_SHOWN = {
    **{code: None for code in range(32) if code not in {7, 9, 10}},
    0x0B: "\n",
    0x0C: "\n",
    0x0D: "\n",
    0x0E: "\n",
    0x13: " ",
    0x14: " ",
    0x15: " ",
    0x1E: "-",
}


def sniff(source: Source) -> bool:
    """Tell a document by the name of its stream."""
    return _NAME in top_names(source)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text, then what is embedded."""
    container = Compound(source)
    yield from document(container, (_NAME,), work)
    yield from _ole_embedded.parts(container, work)


def document(container: Compound, path: tuple[str, ...], work: Work) -> Iterator[str]:
    """Yield the text of one stream; a damaged one gives what can be printed of it."""
    if container.size(*path) > work.limits.part_mib * MIB:
        work.note("reason.too-large-part")
        return
    data = container.stream(*path) or b""
    work.spend(len(data))
    try:
        mark, flags = struct.unpack_from("<H8xH", data)
        if flags & _ENCRYPTED and mark in {_WORD_6, _WORD_97}:
            work.note("reason.sealed-part")
            return
        text = "".join(_text(container, path, data))
    except (struct.error, ValueError):
        yield from _ole_embedded.damaged(data, path, work)
        return
    yield from _laid_out(text)


def _text(container: Compound, path: tuple[str, ...], data: bytes) -> Iterator[str]:
    """Yield the pieces of text in the order in which the document has them (MS-DOC 2.4.1)."""
    mark, flags = struct.unpack_from("<H8xH", data)
    if mark == _WORD_6:
        first, end = struct.unpack_from("<II", data, 24)
        yield data[first:end].decode("cp1252", "replace")
        return
    if mark != _WORD_97:
        raise ValueError
    start, length = struct.unpack_from("<II", data, _CLX_AT)
    name = "1table" if flags & _SECOND_TABLE else "0table"
    table, left = container.stream(*path[:-1], name) or b"", len(data)
    for place, count, size in _pieces(table[start : start + length]):
        found = data[place : place + min(count * size, left)]
        left -= len(found)  # no text stands in two pieces
        yield found.decode("cp1252" if size == 1 else "utf-16-le", "replace")


def _pieces(clx: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield where each piece begins, its characters, and how many bytes each takes."""
    place = 0
    while clx[place : place + 1] == bytes([_PROPERTIES]):
        place += 3 + struct.unpack_from("<H", clx, place + 1)[0]
    if clx[place : place + 1] != bytes([_PIECES]):
        raise ValueError
    length = struct.unpack_from("<I", clx, place + 1)[0]
    plain = clx[place + 5 : place + 5 + length]
    count = min((len(plain) - 4) // 12, _MOST_PIECES)
    borders = struct.unpack_from(f"<{count + 1}I", plain)
    for number in range(count):
        start = struct.unpack_from("<I", plain, 4 * (count + 1) + 8 * number + 2)[0]
        size = max(0, borders[number + 1] - borders[number])
        if start & _EIGHT_BIT:
            yield (start & ~_EIGHT_BIT) // 2, size, 1
        else:
            yield start, size, 2


def _laid_out(text: str) -> Iterator[str]:
    """Yield running text, and tables by their columns: a cell ends with a mark, a row with two."""
    text = re.sub(r"\x13[^\x13\x14\x15]{0,200}? ?(?=[\x14\x15])", _field, text)
    cells, at = text.split(_CELL), 0
    while at < len(cells) - 1:
        running, _, cells[at] = cells[at].rpartition("\r")
        if running:
            yield running.translate(_SHOWN) + "\n"
        rows, at = _table(cells, at)
        yield from table_rows.lines({n: cell for n, cell in enumerate(row) if cell} for row in rows)
        yield "\n"
    yield "".join(cells[at:]).translate(_SHOWN) + "\n"


def _field(found: re.Match[str]) -> str:
    """Keep of a field's code what a person wrote, as the address of a link."""
    return found[0] if "HYPERLINK" in found[0] else "\x13"


def _table(cells: list[str], place: int) -> tuple[list[list[str]], int]:
    """Return rows as wide as the first, as long as each ends where a row ends; and what is next."""
    ahead = cells[place : place + _MOST_COLUMNS + 1]
    width = next((n for n, cell in enumerate(ahead) if not cell), len(cells) - place - 1)
    if not 0 < width <= _MOST_COLUMNS:
        return [[cells[place].translate(_SHOWN)]], place + 1
    rows: list[list[str]] = []
    while place + width < len(cells) and not cells[place + width].strip("\r"):
        if rows and "\r" in cells[place]:
            break  # running text stands between
        rows.append([cell.translate(_SHOWN).strip() for cell in cells[place : place + width]])
        place += width + 1
        if cells[place - 1]:
            break
    if rows:
        return rows, place
    return [
        [cell.translate(_SHOWN).strip() for cell in cells[place : place + width]]
    ], place + width


EXTRACTOR = Extractor(
    name="doc", sniff=sniff, extract=extract, prose=True, streams={"worddocument": document}
)
