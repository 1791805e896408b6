"""CSV and TSV with a header: every cell behind the name of its column."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from agentguard.scan.extract import _rows
from agentguard.scan.extract.base import BINARY, HEAD, Extractor, Source, Work
from agentguard.scan.extract.text import EXTRACTOR as TEXT_EXTRACTOR
from agentguard.scan.extract.text import decoded, encoding_of

_DELIMITERS = ",;\t|"
_SAMPLE = 10
_LONGEST_FIELD = 1 << 20
_OF_TEN, _MOST_OF_TEN = 10, 8
_LEAST_BARE_ROWS = 4


def sniff(source: Source) -> bool:
    """Tell a table by rows of one width under a row of labels."""
    return bool(encoding_of(source.head)) and bool(_delimiter(source.head))


def _delimiter(head: bytes) -> str:
    lines = decoded(head).split("\n")
    lines = [line for line in (lines[:-1] if len(head) == HEAD else lines) if line.strip()]
    for delimiter in _DELIMITERS:
        if _is_table(list(_cells(iter(lines[:_SAMPLE]), delimiter))):
            return delimiter
    return ""


def _is_table(cells: list[list[str]]) -> bool:
    """Tell a table by rows as wide as their header, or without one by rows all of one width."""
    place = _rows.header_at([_row(line) for line in cells[: _rows.LOOK_FOR_HEADER]])
    if place is None:
        widths = {len(line) for line in cells}
        return len(cells) >= _LEAST_BARE_ROWS and len(widths) == 1 and widths != {1}
    body, width = cells[place + 1 :], len(cells[place])
    fitting = sum(len(line) == width for line in body)
    return bool(body) and fitting * _OF_TEN >= len(body) * _MOST_OF_TEN


def _cells(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except csv.Error:
            continue
        except StopIteration:
            return


def _row(cells: list[str]) -> dict[int, str]:
    return {number: cell for number, cell in enumerate(cells) if cell.strip()}


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the rows, piece by piece."""
    pieces = TEXT_EXTRACTOR.extract(source, work)
    rows = _cells(_lines(pieces), _delimiter(source.head))
    return _rows.lines(_row(cells) for cells in rows)


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            yield f"{line[:_LONGEST_FIELD]}\n".replace("\0", "")
    if rest:
        yield rest


EXTRACTOR = Extractor(name="csv", sniff=sniff, extract=extract, order=BINARY + 10)
