"""Dumps of databases as SQL: the rows that a statement inserts, behind their columns' names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from agentguard.detect.extractor import BINARY, Extractor, Source, Work
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.field_names import one_line
from agentguard.detect.tables.table_rows import Table

_ORDER = BINARY + 3
_SNIFFED = 64 << 10
_LONGEST = 1 << 20
_LONGEST_ROW = 64 << 10
_QUOTES = "\"'`[] "
_NAME = r"([\w$.`\"\[\]\-]{1,120})"
_QUOTED = r"`[^`\n]{1,120}`|\"[^\"\n]{1,120}\"|\[[^\]\n]{1,120}\]"
_NAMES = rf"\(((?:{_QUOTED}|[^()`\"\[\]]){{1,8000}})\)"
_GIVEN = later(rf"\s*({_QUOTED}|[^,`\"\[]+)\s*(?:,|\Z)")
_START = later(
    rf"\b(?:INSERT|REPLACE)\s+(?:\w+\s+){{0,2}}?(?P<into>INTO\s+)?{_NAME}\s{{0,8}}"
    rf"(?:{_NAMES}\s{{0,8}}|(?(into)|(?!)))VALUES?\s{{0,8}}(?=\()"
    rf"|^(?P<copy>COPY)\s+{_NAME}\s{{0,4}}{_NAMES}\s+FROM\s+stdin[^\n]{{0,80}};[ \t\r]*\n",
    re.IGNORECASE | re.MULTILINE,
)
_CREATE = later(
    rf"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s{{0,8}}\(([^;]{{1,20000}})",
    re.IGNORECASE,
)
_BEGINNING = later(r"^[ \t]*(?:INSERT|REPLACE|COPY|CREATE)\s", re.IGNORECASE | re.MULTILINE)
_STATEMENTS = ("insert", "replace", "copy")
_ENDS = later(r"(?:[;/\s]|\b(?:GO|COMMIT)\b)*", re.IGNORECASE)  # of a statement, of a batch
_MOST_OPEN = 64
_HELD = 16 << 10
_COLUMN = later(rf"\s*({_QUOTED}|[^\W\d][\w$]{{0,60}})(?:\s.*)?", re.DOTALL)
_DEFINED = later(rf"(?:{_QUOTED}|'(?:[^']|'')*'|\((?:[^()]|\([^()]*\))*\)|[^,()'`\"\[\]])+(,?)")
_NO_COLUMN = later(r"\s*(?:PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FOREIGN|CHECK)\b", re.IGNORECASE)
_CELL = later(
    r"\s*(?:[NEXB]?'((?:[^'\\]|''|\\.)*)'|\"((?:[^\"\\]|\"\"|\\.)*)\"|([^,()'\"]*(?:\([^()]{0,400}\)\s*)?))"
    r"\s*([,)])",
    re.IGNORECASE | re.DOTALL,
)
_NEXT = later(r"\s*,\s*(?=\()")
_OPEN_END = later(r"\s*,?\s*\Z")
_ESCAPE = later(r"''|\\(.)", re.DOTALL)
_WRITTEN = {"n": "\n", "r": "\r", "t": "\t", "0": ""}
_END_OF_COPY = "\\."
_NULL = "\\N"


def sniff(source: Source) -> bool:
    """Tell a dump by a statement that inserts rows."""
    if not encoding_of(source.head):
        return False
    text = decoded(source.head[:_SNIFFED])
    low = text.lower()
    if not any(word in low for word in _STATEMENTS):
        return False
    return _START.search(text) is not None


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the rows, and what stands between them as it is."""
    dump, rest = _Dump(work.full), ""
    for piece in pieces(source, work):
        rest += piece
        cut = rest.rfind("\n") + 1
        if cut or len(rest) > _LONGEST:
            cut = cut or len(rest)
            text, rest = rest[:cut], rest[cut:]
            given, left = dump.read(text)
            yield given
            rest = left + rest if len(left) < _LONGEST else rest
            if len(left) >= _LONGEST:
                yield left
    dump.is_last = True
    given, left = dump.read(rest)
    yield given + left + dump.close()


_Target = tuple[str, tuple[str, ...]]
"""A table and the columns that a statement names."""


class _Dump:
    """Takes the statements in order; a statement that goes on is given back until `is_last`."""

    def __init__(self, full: AbstractSet[str]) -> None:
        self._full = full
        self._columns: dict[str, list[str]] = {}
        self._table = Table()
        self._open: dict[_Target, Table] = {}
        self._inserts = False
        self._copies = False
        self.is_last = False

    def read(self, text: str) -> tuple[str, str]:
        """Return what is written for whole rows, and what has to wait for more."""
        out: list[str] = []
        pos = 0
        while pos < len(text):
            if self._copies:
                pos = self._lines(text, pos, out)
            elif self._inserts:
                end = self._row(text, pos, out)
                if end < 0:
                    return "".join(out), text[pos:]
                pos = end
            else:
                pos = self._between(text, pos, out)
                if not self._is_open():
                    break
        return "".join(out), text[pos:]

    def _is_open(self) -> bool:
        return self._inserts or self._copies

    def close(self) -> str:
        """Return the end of every table."""
        tables = list(self._open.values())
        self._open.clear()
        return "".join(table.close() for table in tables)

    def _between(self, text: str, pos: int, out: list[str]) -> int:
        """Pass on to the next statement with rows."""
        found = _START.search(text, pos)
        end = found.start() if found is not None else _begun(text, pos)
        for table in _CREATE.finditer(text, pos, end):
            self._columns[_bare(table[1])] = _columns(table[2])
        between = text[pos:end]
        if _ENDS.fullmatch(between) is None:
            out += (self.close(), between)
        if found is None:
            return end
        self._copies = found["copy"] is not None
        into, given = (found[5], found[6]) if self._copies else (found[2], found[3])
        names = [one_line(n.strip(_QUOTES)) for n in _GIVEN.findall(given or "") if n.strip()]
        target = _bare(into), tuple(names or self._columns.get(_bare(into), ()))
        if target not in self._open:
            if len(self._open) >= _MOST_OPEN:
                out.append(self.close())
            self._open[target] = self._table_of(target[1])
        self._table = self._open[target]
        self._inserts = not self._copies
        return found.end()

    def _table_of(self, names: Sequence[str]) -> Table:
        return Table(dict(enumerate(names)) if names else None, full=self._full)

    def _row(self, text: str, pos: int, out: list[str]) -> int:
        """Read a row in brackets; -1 when its end is not there yet."""
        cells: list[str] = []
        at = pos + 1
        while (cell := _CELL.match(text, at)) is not None:
            written = cell[1] if cell[1] is not None else cell[2]
            cells.append(_plain(written) if written is not None else cell[3].strip())
            at = cell.end()
            if cell[4] == ")":
                break
        else:
            if len(text) - at < _LONGEST_ROW:
                return -1
            out.append(text[pos:at])  # no row of values after all
            return self._leave(at)
        if not self.is_last and _OPEN_END.match(text, at):
            return -1  # whether another row follows is not told yet
        out.append(self._table.put({n: c for n, c in enumerate(cells) if c and c != "NULL"}))
        more = _NEXT.match(text, at)
        return more.end() if more is not None else self._leave(at)

    def _lines(self, text: str, pos: int, out: list[str]) -> int:
        """Read a line of cells parted by tabs."""
        end = text.find("\n", pos) + 1 or len(text)
        line = text[pos:end].rstrip("\r\n")
        if line == _END_OF_COPY:
            return self._leave(end)
        cells = enumerate(line.split("\t"))
        out.append(self._table.put({n: _plain(c) for n, c in cells if c and c != _NULL}))
        return end

    def _leave(self, pos: int) -> int:
        """End a statement; the next one may go on with the same table."""
        self._inserts = self._copies = False
        return pos


def _begun(text: str, pos: int) -> int:
    """Return where a statement begins that goes on behind the text; the text's end for none."""
    starts = [m.start() for m in _BEGINNING.finditer(text, max(pos, len(text) - _HELD))]
    return starts[-1] if starts and ";" not in text[starts[-1] :] else len(text)


def _bare(name: str) -> str:
    return name.rpartition(".")[2].strip(_QUOTES).lower()


def _columns(body: str) -> list[str]:
    """Return the names of the columns that a table is made with."""
    names: list[str] = []
    pos, goes_on = 0, True
    while goes_on and (part := _DEFINED.match(body, pos)) is not None:
        name = _COLUMN.fullmatch(part[0].removesuffix(","))
        if name is not None and not _NO_COLUMN.match(part[0]):
            names.append(one_line(name[1].strip(_QUOTES)))
        pos, goes_on = part.end(), part[1] == ","
    return names


def _plain(written: str) -> str:
    if "'" not in written and "\\" not in written:
        return written
    return _ESCAPE.sub(lambda m: _WRITTEN.get(m[1], m[1]) if m[1] else "'", written)


EXTRACTOR = Extractor(
    name="sql", sniff=sniff, extract=extract, order=_ORDER, opened=True, flows=True
)
