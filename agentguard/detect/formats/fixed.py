"""Columns of fixed width, as mainframes, databases and reports print them, under their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentguard.detect.extractor import BINARY, HEAD, Extractor, Source, Work
from agentguard.detect.formats import _text_lines
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.header_rows import header_at
from agentguard.detect.tables.table_rows import Row, Table

_ORDER = BINARY + 15
_SNIFFED = 16 << 10
_SAMPLE = 40
_FEWEST_LINES = 3
_FEWEST_COLUMNS = 2
_LONGEST = 2000
_RULE = later(r"\s*+(?:[-=_]{2,}+\s*+)++")
_RULED = later(r"[-=_]{2,}+")
_GAP = later(r" {2,}")
_MOSTLY = 0.8
_MOST_ABOVE = 6
_PAIR = 2  # names and the row below them


def sniff(source: Source) -> bool:
    """Tell columns by the gaps that run through all lines under a line of labels."""
    return bool(encoding_of(source.head)) and bool(_columns(source.head))


def _columns(head: bytes) -> tuple[int, ...]:
    """Return where the columns begin; nothing for other text."""
    text = decoded(head[:_SNIFFED]).replace("\r\n", "\n")
    lines = text.split("\n")
    is_cut = len(head) >= min(HEAD, _SNIFFED)
    lines = [line.rstrip() for line in (lines[:-1] if is_cut else lines) if line.strip()]
    for above in range(min(_MOST_ABOVE, len(lines))):
        starts = _starts(lines[above : above + _SAMPLE])
        if starts:
            return starts
    return ()


def _starts(lines: Sequence[str]) -> tuple[int, ...]:
    if "\t" in "".join(lines) or max(map(len, lines), default=_LONGEST) >= _LONGEST:
        return ()
    rule = next((line for line in lines[:_FEWEST_LINES] if _RULE.fullmatch(line)), "")
    body = [line for line in lines if not _RULE.fullmatch(line)]
    if len(body) < _FEWEST_LINES:
        return ()
    found = _RULED.finditer(rule) if rule else ()
    starts = tuple(match.start() for match in found) or _by_gaps(body)
    if len(starts) < _FEWEST_COLUMNS:
        return ()
    rows = [_cut(line, starts) for line in body]
    whole = [row for row in rows if row is not None]
    if len(whole) < _MOSTLY * len(rows):
        return ()
    is_fit = rows[0] is not None and _is_table(whole) and not _is_form(whole)
    return starts if is_fit else ()


def _is_form(rows: Sequence[Row]) -> bool:
    """Check whether the names stand again above each row of values, as in forms."""
    again = sum(row == rows[0] for row in rows)
    full = sum(len(row) == len(rows[0]) for row in rows)
    return again > 1 and full <= _PAIR * again


def _is_table(rows: Sequence[Row]) -> bool:
    """Check whether the first line names columns that hold numbers."""
    return header_at(rows[:1]) == 0 and any(
        any(map(str.isdigit, cell)) for row in rows[1:] for cell in row.values()
    )


def _by_gaps(lines: Sequence[str]) -> tuple[int, ...]:
    """Return where columns begin behind gaps of two spaces that all lines share."""
    longest = max(lines, key=len)
    if _GAP.search(longest) is None:
        return ()
    width = len(longest)
    padded = [line.ljust(width) for line in lines]
    profile = "".join(
        " " if letters.count(" ") == len(lines) else "x" for letters in zip(*padded, strict=True)
    )
    first = len(profile) - len(profile.lstrip())
    return (first, *(gap.end() for gap in _GAP.finditer(profile, first) if gap.end() < width))


def _cut(line: str, starts: Sequence[int]) -> Row | None:
    """Return the cells of a line; None when one of them crosses a border."""
    if any(line[start - 1 : start].strip() for start in starts[1:]):
        return None
    ends = (*starts[1:], len(line))
    cells = (line[start:end].strip() for start, end in zip(starts, ends, strict=True))
    return {number: cell for number, cell in enumerate(cells) if cell}


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the rows; a line that keeps to no columns as it is."""
    starts, table = _columns(source.head), Table(full=work.full)
    for lines in _text_lines.lines(pieces(source, work)):
        yield "".join([_written(line, starts, table) for line in lines])
    yield table.close()


def _written(line: str, starts: Sequence[int], table: Table) -> str:
    if _RULE.fullmatch(line):
        return ""
    row = _cut(line, starts)
    return table.put(row) if row is not None else f"{line}\n"


EXTRACTOR = Extractor(name="fixed", sniff=sniff, extract=extract, order=_ORDER, flows=True)
