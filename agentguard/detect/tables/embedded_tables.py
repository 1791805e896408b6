"""Tables that people paste into notes, mails and tickets: each cell behind the name of its column.

Drawn frames are met in texts of any length; columns joined by tabs, commas, semicolons or spaces
only in short ones, since logs are full of those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.field_names import respaced
from agentguard.detect.tables.header_rows import Row, is_alternating, is_heading
from agentguard.detect.tables.table_rows import Table

SHORT = 64 << 10
"""Bytes of a text in which also tables without a frame are looked for."""

_BARS = "\u2502\u2503\u2551"
_BAR = "|"
_STARTS = ("\n|", "\n> |")
_LONGEST_START = 3  # before the bar
_MANY_BARS = 200  # where to look for a line that begins so is faster than at each of them
_HEADING = "!"  # behind a quote mark or spaces as well
_LONGEST, _LONGEST_REST = 4000, 1 << 20
_LEAST_DRAWN, _LEAST_BARE = 2, 3
_QUOTED = later(r"(?:> ?){1,4}(?=\S)")
_RULE = later(
    r"(?=.*[-=_\u2500\u2501\u2550]{2})[\s+\-=|:_.\u2500-\u257f]+|\s*\|-+\s*|\s*\\hline\s*"
)
_WIKI = later(r"\s*(?:\|\||!!?)\s?(.*)")
_DOUBLE = later(r"\s?(?:\|\||!!)\s?")
_LATEX = later(r"\s*(.+?)\s*\\\\\s*(?:\\hline)?\s*")
_LATEX_END = r"\\"
_WIDE = later(r" {2,}")
_WIDER = later(r"(?<=\S) {3,}")
_ALIGNED = "two at "
"""Joins two cells of which the second begins where it does in the line above."""

_AND_SO_ON = frozenset(("...", "\u2026", "etc.", "etc"))
"""What stands in a heading for names that are left out."""

_PAIR = 2
_DIGIT = later(r"[0-9]")
_MOST_WORDS = 5

_Cells = tuple[str, list[str]]


def unpasted(found: Iterator[str], *, short: bool) -> Iterator[str]:
    """Yield a text in pieces with the tables in it written by columns."""
    tables, rest = _Tables(short=short), ""
    for piece in found:
        text = rest + piece
        if not (short or tables.is_open or _may_be_drawn(piece)):
            rest = ""
            yield text
            continue
        whole, end, rest = text.replace("\r\n", "\n").rpartition("\n")
        if len(rest) > _LONGEST_REST:
            whole, end, rest = f"{whole}{end}{rest}", "\n", ""
        lines = whole.split("\n") if end else ()
        yield "".join(map(tables.line, lines) if short else _drawn(f"{whole}{end}", tables))
    yield tables.line(rest).removesuffix("\n") + tables.close()


def _drawn(text: str, tables: _Tables) -> Iterator[str]:
    """Take whole lines; those without a sign of a frame together, where no table is open."""
    signs, pos = _Signs(text), 0
    while pos < len(text):
        if not tables.is_open:
            start = signs.line_from(pos)
            yield text[pos:start]
            pos = start
        end = text.find("\n", pos)
        if end >= 0:
            yield tables.line(text[pos:end])
            pos = end + 1


class _Signs:
    """Where in a text the signs of frames stand, each looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = dict.fromkeys((*_BARS, _BAR, _HEADING), -1)

    def line_from(self, pos: int) -> int:
        """Return where the next line with a sign begins, or the text's end."""
        for sign, place in self._next.items():
            if place < pos:
                found = self._text.find(sign, pos)
                self._next[sign] = len(self._text) if found < 0 else found
        first = min(self._next.values())
        return first if first == len(self._text) else self._text.rfind("\n", pos, first) + 1 or pos


def _may_be_drawn(text: str) -> bool:
    """Check whether lines may begin with a frame: most texts have no such sign at all."""
    if any(bar in text for bar in _BARS):
        return True
    place = -1
    for _ in range(_MANY_BARS):
        place = text.find(_BAR, place + 1)
        if place <= 0 or text.endswith(_STARTS, max(0, place - _LONGEST_START), place + 1):
            return place >= 0
    return any(start in text for start in _STARTS)


class _Tables:
    """Takes line by line; holds what may be a table until it is plain."""

    def __init__(self, *, short: bool) -> None:
        self._short = short
        self._joint = ""
        self._width = 0
        self._held: list[str] = []
        self._rows: list[Row] = []
        self._table: Table | None = None

    @property
    def is_open(self) -> bool:
        """Check whether a table may go on in the next line."""
        return bool(self._held)

    def line(self, line: str) -> str:
        """Take a line and give what is plain by now."""
        quoted = _QUOTED.match(line)
        plain = line[quoted.end() :] if quoted else line
        if self._rows and len(plain) <= _LONGEST and _RULE.fullmatch(plain):
            self._held.append(line)
            return ""
        joint, cells = self._cells(plain)
        if joint and joint == self._joint and len(cells) == self._width:
            return self._take(line, cells)
        text = self.close()
        if joint:
            self._joint, self._width = joint, len(cells)
            return text + self._take(line, cells)
        return f"{text}{respaced(line) if self._short else line}\n"

    def close(self) -> str:
        """End the table, if there is one."""
        if self._table is not None:
            text = self._table.close()
        elif self._short and is_alternating(self._rows):
            pairs = zip(self._rows[::2], self._rows[1::2], strict=True)
            text = "".join(_written(pair) for pair in pairs)
        elif self._is_table():
            text = _written(self._rows)
        else:
            text = "".join(f"{respaced(line) if self._short else line}\n" for line in self._held)
        self._table, self._rows, self._held, self._joint = None, [], [], ""
        return text

    def _take(self, line: str, cells: Sequence[str]) -> str:
        row = {number: cell for number, cell in enumerate(cells) if cell}
        if self._table is not None:
            return self._table.put(row) if row else ""
        if row:
            self._rows.append(row)
        self._held.append(line)
        if len(self._rows) < _ENOUGH or not self._is_table():
            return ""
        self._table = Table()
        return "".join(map(self._table.put, self._rows))

    def _is_table(self) -> bool:
        """Tell names above values, or in a frame also beside them."""
        if len(self._rows) < _LEAST_DRAWN or self._joint.startswith(_ALIGNED):
            return False
        first, *others = self._rows
        numbers = any(_DIGIT.search(cell) for row in others for cell in row.values())
        named = is_heading(first) and all(len(n.split()) <= _MOST_WORDS for n in first.values())
        return numbers and (named or self._joint in _FRAMED)

    def _cells(self, line: str) -> _Cells:
        """Return what joins the cells of a line, and the cells; an empty joint for other lines."""
        if not line or len(line) > _LONGEST:
            return "", []
        joint, cells = _framed(line)
        if not joint and self._short:
            joint, cells = _bare(line)
        return joint, ["" if cell.strip() in _AND_SO_ON else cell.strip() for cell in cells]


def _written(rows: Sequence[Row]) -> str:
    table = Table()
    return "".join(map(table.put, rows)) + table.close()


_FRAMED = frozenset((*_BARS, _BAR))
_ENOUGH = 40


def _framed(line: str) -> _Cells:
    """Take a row between bars."""
    plain = line.strip()
    for bar in _BARS:
        if bar in plain:
            return bar, plain.strip(bar).split(bar)
    if wiki := _WIKI.fullmatch(plain):
        return _BAR, _DOUBLE.split(wiki[1].removesuffix("||"))
    if plain.startswith(_BAR) and plain.count(_BAR) >= _LEAST_DRAWN:
        double = "||" in plain and plain.count("||") * 2 + 1 == plain.count(_BAR)
        inner = plain[1:].removesuffix(_BAR)
        return _BAR, _DOUBLE.split(inner) if double else inner.split(_BAR)
    return "", []


def _bare(line: str) -> _Cells:
    """Take a row of cells that only a sign joins, at least three of them."""
    if _LATEX_END in line and (latex := _LATEX.fullmatch(line)):
        cells = latex[1].split("&")
        return ("&", cells) if len(cells) >= _LEAST_BARE else ("", [])
    for joint in ("\t", "|", ";", ","):
        if line.count(joint) >= _LEAST_BARE - 1:
            return joint, line.split(joint)
    cells = _WIDE.split(line.strip())
    if len(cells) == _PAIR and (gap := _WIDER.search(line.rstrip(), 1)):
        return f"{_ALIGNED}{gap.end()}", cells
    return ("  ", cells) if len(cells) >= _LEAST_BARE else ("", [])
