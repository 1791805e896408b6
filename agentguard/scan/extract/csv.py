"""CSV and TSV with a header: every cell behind the name of its column."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator

from agentguard.scan.extract import _rows
from agentguard.scan.extract.base import BINARY, HEAD, Extractor, Source, Work
from agentguard.scan.extract.text import EXTRACTOR as TEXT_EXTRACTOR
from agentguard.scan.extract.text import decoded, encoding_of

_DELIMITERS = ",;\t|"
_SAMPLE = 10
_LONGEST_FIELD = 1 << 20
_MOST_MISFITS = 4


def sniff(source: Source) -> bool:
    """Tell a table by rows of one width under a row of labels."""
    return bool(encoding_of(source.head)) and bool(_delimiter(source.head))


def _delimiter(head: bytes) -> str:
    lines = decoded(head).split("\n")
    lines = [line for line in (lines[:-1] if len(head) == HEAD else lines) if line.strip()]
    sample = lines[:_SAMPLE]
    for delimiter in _DELIMITERS:
        rows = [_row(cells) for cells in _cells(iter(sample), delimiter)]
        widths = Counter(len(row) for row in rows)
        if not widths or len(rows) < 2:  # noqa: PLR2004 - a header and one row
            continue
        width, often = widths.most_common(1)[0]
        most = max(widths)
        fits = most > 1 and (often * _MOST_MISFITS >= len(rows) or width == most)
        if fits and _rows.header_at(rows[:6]) is not None:
            return delimiter
    return ""


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
