"""CSV, TSV and their like, with any delimiter: every cell behind the name of its column."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import methodcaller

from agentguard.detect.extractor import BINARY, HEAD, Extractor, Source, Work, always
from agentguard.detect.formats.text import decoded, encoding_of, plain
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables import table_rows
from agentguard.detect.tables.header_rows import header_at, is_heading, is_upright

_DELIMITERS = ",;\t|^~\x1f\u00a6\u00a7"
_WIKI = "|"
_SAMPLE = 40
_SNIFFED = 16 << 10
_LONGEST_FIELD = 1 << 20
_OF_TEN, _MOST_OF_TEN = 10, 8
_LEAST_BARE_ROWS = 4
_MOST_OPENING = 6
_MOST_WORDS = 4
_RULE = later(r"(?=.*[-=]{3})[\s+\-=|:]+")  # drawn below a header, as database shells do
_RULES = ("--", "==", "-=", "=-")
_LEAST_BARE_WIDTH = 3
# A turn of a talk as messengers export it: day, time, who.
_TURN = later(
    r"[\[(]?[0-9./\-]{6,10}[, ]{1,2}[0-9]{1,2}:[0-9]{2}[^\t;|]{0,8}[\]\-] ?[^\t;|:]{2,32}:"
)
_PAIR = 2  # names and a row
_DRAWN = frozenset("+-=|: ")
_BETWEEN = "\0"  # stands in no text

_Lines = tuple[Iterable[str], Callable[[str], list[str]]]
"""Rows as they stand in a file, and what splits them into cells."""


def sniff(source: Source) -> bool:
    """Tell a table by rows of one width under a row of labels."""
    return bool(encoding_of(source.head)) and bool(_delimiter(source.head))


def _delimiter(head: bytes) -> str:
    """Return the delimiter that makes the widest table of the first lines; empty for no table."""
    lines = decoded(head[:_SNIFFED]).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = len(head) == HEAD or len(head) > _SNIFFED
    lines = [line for line in (lines[:-1] if cut else lines) if line.strip()][:_SAMPLE]
    if 2 * sum(_TURN.match(line) is not None for line in lines) >= len(lines):
        return ""
    lines = [line for line in lines if not _RULE.fullmatch(line)]
    text = "".join(lines)
    widths = {delimiter: _width(lines, delimiter) for delimiter in _DELIMITERS if delimiter in text}
    best = max(widths, key=lambda delimiter: widths[delimiter], default="")
    return best if best and widths[best] else ""


def _width(lines: list[str], delimiter: str) -> int:
    if len(lines) > _PAIR and delimiter not in lines[-1]:
        lines = lines[:-1]  # "(12 rows)"
    if sum(delimiter in line for line in lines) * 2 < len(lines):
        return 0
    cells = list(_cells(lines, delimiter))
    if sum(line.count('"') for line in lines) % 2:  # the last cell goes on behind the sample
        cells = cells[:-1]
        if len(cells) == 1 and is_heading(_row(cells[0])):
            return len(cells[0])
    return _table_width(cells)


def _table_width(cells: list[list[str]]) -> int:
    """Return the columns of a table with a header, or without one if all rows have one width."""
    rows: list[table_rows.Row] = [_row(line) for line in cells]
    place = header_at(rows[: table_rows.LOOK_FOR_HEADER])
    if place is not None and _names_columns(rows, place):
        body, width = cells[place + 1 :], len(cells[place])
        fitting = sum(len(line) == width for line in body)
        if body and fitting * _OF_TEN >= len(body) * _MOST_OF_TEN:
            return width
    width, fitting = Counter(map(len, cells)).most_common(1)[0] if cells else (0, 0)
    bare = _below_opening(cells, width)
    is_bare = len(bare) >= _LEAST_BARE_ROWS and width >= _LEAST_BARE_WIDTH
    if is_bare and fitting == len(bare) and not _are_sentences(bare):
        return width
    return width if width == _LEAST_BARE_WIDTH - 1 and _is_short(rows) else 0


def _below_opening(cells: list[list[str]], width: int) -> list[list[str]]:
    """Return the rows of a table without names below a few lines that somebody wrote above."""
    most = min(_MOST_OPENING, len(cells) // 2)
    start = next((n for n, row in enumerate(cells[:most]) if len(row) == width), 0)
    return cells[start:] if all(len(row) == width for row in cells[start:]) else []


def _are_sentences(rows: list[list[str]]) -> bool:
    """Tell lines of a note that happen to have as many commas each from rows without names."""
    cells = [cell for row in rows for cell in row]
    return sum(len(cell.split()) for cell in cells) > _MOST_WORDS * len(cells)


def _names_columns(rows: list[table_rows.Row], place: int) -> bool:
    """Tell names above most of the lines from a sentence with commas."""
    names = rows[place].values()
    count = sum(len(name.split()) for name in names)
    is_sentence = count > _MOST_WORDS * len(names) or any(name.endswith(".") for name in names)
    return 2 * place <= len(rows) and not is_sentence


def _is_short(rows: list[table_rows.Row]) -> bool:
    """Tell two columns from sentences with one comma each."""
    paired = sum(len(row) == _PAIR for row in rows) * _OF_TEN >= len(rows) * _MOST_OF_TEN
    return (paired and is_upright(rows)) or (
        len(rows) >= _LEAST_BARE_ROWS
        and all(_is_word(row.get(0, "")) for row in rows)
        and any(row.get(1, "").strip() for row in rows)  # lines that end with a comma are none
    )


def _is_word(cell: str) -> bool:
    return len(cell.split()) == 1


def _cells(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(_undrawn(lines, delimiter), delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            yield next(reader)
        except csv.Error:
            continue
        except StopIteration:
            return


def _quoted(text: str, delimiter: str) -> _Lines:
    """Return the rows, each as a line of what it says."""
    rows = _cells(_split(text), delimiter)
    return map(_BETWEEN.join, rows), methodcaller("split", _BETWEEN)


def _unquoted(text: str, delimiter: str) -> _Lines:
    """Return the same where nothing is quoted, in a third of the time."""
    lines: Iterable[str] = text.split("\n")
    if delimiter == _WIKI or any(rule in text for rule in _RULES):
        lines = _undrawn(lines, delimiter)
    if f"{delimiter} " not in text:
        return lines, methodcaller("split", delimiter)
    return lines, lambda line: [cell.lstrip(" ") for cell in line.split(delimiter)]


def _undrawn(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """Return the lines but those that are drawn below a header."""
    if delimiter == _WIKI:
        lines = map(_single, lines)
    return (line for line in lines if line[:1] not in _DRAWN or not _RULE.fullmatch(line))


def _single(line: str) -> str:
    """Write a heading of Jira's and Confluence's markup as a row: its bars are double."""
    single = line.rstrip().replace(_WIKI * 2, _WIKI)
    doubled = line.startswith(_WIKI * 2) and single.count(_WIKI) * 2 == line.count(_WIKI)
    return single if doubled else line


def _row(cells: list[str]) -> dict[int, str]:
    return {number: cell for number, cell in enumerate(cells) if cell}


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the rows, piece by piece."""
    delimiter = _delimiter(source.head)
    table = table_rows.Table(full=work.full)
    for text in _whole_lines(chain(_names_again(source, work), plain(source, work))):
        lines, split = (_quoted if '"' in text else _unquoted)(text, delimiter)
        yield "".join(table.put_each(lines, split))
    yield table.close()


def _names_again(source: Source, work: Work) -> Iterator[str]:
    """Yield the first rows, by whose names a table is read on in a later turn."""
    turn = work.own_turn
    if turn is None or not turn.start:
        return
    text = decoded(source.head[: turn.start]).replace("\r\n", "\n").replace("\r", "\n")
    yield text[: _whole(text)]


def _whole_lines(pieces: Iterator[str]) -> Iterator[str]:
    """Yield the lines of each piece; a quoted cell that goes on is kept for the next."""
    rest = ""
    for piece in pieces:
        text = (rest + piece).replace("\r\n", "\n").replace("\r", "\n")
        end = _whole(text) or (len(text) if len(text) > _LONGEST_FIELD else 0)
        rest = text[end:]
        if end:
            yield text[:end].removesuffix("\n").replace("\0", "")
    if rest:
        yield rest.removesuffix("\n").replace("\0", "")


def _whole(text: str) -> int:
    """Return where the last line ends before which every quote is closed."""
    end = text.rfind("\n") + 1
    if text.count('"', 0, end) % 2:
        return (
            text.rfind("\n", 0, text.rfind('"', 0, end)) + 1 if len(text) < _LONGEST_FIELD else end
        )
    return end


def _split(text: str) -> Iterator[str]:
    return (f"{part}\n" for line in text.split("\n") for part in _parts(line))


def _parts(line: str) -> list[str]:
    """Cut a line that is longer than a field may be."""
    if len(line) <= _LONGEST_FIELD:
        return [line]
    return [line[at : at + _LONGEST_FIELD] for at in range(0, len(line), _LONGEST_FIELD)]


EXTRACTOR = Extractor(
    name="csv", sniff=sniff, extract=extract, order=BINARY + 10, on=always, flows=True
)
