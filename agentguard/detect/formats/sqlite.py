"""SQLite: every table by its columns, what was deleted, and the logs beside a database.

Nothing in the file is trusted: it is opened to be read alone, without its schema's programs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import apsw

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _sqlite_pages
from agentguard.detect.formats.text import shown
from agentguard.detect.limits import MIB
from agentguard.detect.tables.columns import without_point
from agentguard.detect.tables.table_rows import Table

_MAGIC = b"SQLite format 3\0"
_LOGS = (*_sqlite_pages.WAL_MAGICS, _sqlite_pages.JOURNAL_MAGIC)
_MOST_ROWS = 2_000_000
_BATCH = 200
_WRITE_VERSION = slice(18, 20)
_NO_LOG = b"\x01\x01"
_PAGE_SIZES = tuple(1 << bits for bits in range(9, 17))
_HEAD = 100
_WAL_HEAD, _FRAME_HEAD = 32, 24
_NUMBER, _CHECKSUM = 4, 4
_MOST_FREE = 10_000
_SHORTEST_FILE = 24


def sniff(source: Source) -> bool:
    """Tell a database, its write-ahead log or its journal by their headers."""
    return source.head.startswith((_MAGIC, *_LOGS))


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the rows of every table, then what its free pages still hold.

    Raises:
        ScanError: the database is too large to be held, where it cannot be read from its file.

    """
    if source.head.startswith(_LOGS):
        yield from _log(source, work)
        return
    is_whole = True
    with closing(_opened(source, work)) as database:
        try:
            names = _tables(database)
        except apsw.Error:
            names, is_whole = [], False
        for name in names:
            try:
                yield from _table(database, name, work)
            except apsw.SQLError:
                continue  # a virtual table, whose content stands in others
            except (apsw.Error, UnicodeDecodeError):  # a column whose name is no text
                is_whole = False
    if is_whole:
        yield from _free(source, work)
        return
    yield from _every_page(source, work)
    if not work.depth:
        raise ScanError("reason.corrupt")
    work.note("reason.corrupt-part")


def _opened(source: Source, work: Work) -> apsw.Connection:
    try:
        path = Path(f"/proc/self/fd/{source.file.fileno()}")
        there = sys.platform == "linux" and path.exists()
    except (OSError, AttributeError):  # a file in memory, or another system
        there = False
    if there:
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        database = apsw.Connection(f"file:{path}?mode=ro&immutable=1", flags=flags)
    elif source.size <= work.limits.held_mib * MIB:
        data = bytearray(source.read(source.size))
        data[_WRITE_VERSION] = _NO_LOG  # a copy in memory has no write-ahead log beside it
        database = apsw.Connection(":memory:")
        database.deserialize("main", bytes(data))
    else:
        raise ScanError("reason.too-large")
    database.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    database.limit(apsw.SQLITE_LIMIT_LENGTH, work.limits.part_mib * MIB)
    return database


def _tables(database: apsw.Connection) -> list[str]:
    found = database.execute("SELECT hex(name) FROM sqlite_master WHERE type = 'table'")
    encoding = _encoding(database)
    names = [_text(str(name), encoding) for (name,) in found]
    return [name for name in names if not name.startswith("sqlite_")]


def _encoding(database: apsw.Connection) -> str:
    return str(database.execute("PRAGMA encoding").get)  # one of UTF-8, UTF-16le, UTF-16be


def _text(value: str, encoding: str) -> str:
    """Return the text of what `hex` gave: what a database calls text may be none."""
    return bytes.fromhex(value).decode(encoding, "replace")


def _table(database: apsw.Connection, name: str, work: Work) -> Iterator[str]:
    quoted = _quoted(name)
    columns = _columns(database, quoted)
    table, count = Table(dict(enumerate(columns)), full=work.full), 0
    rows = _rows(database, quoted, columns)
    while batch := list(islice(rows, _BATCH)):
        count += len(batch)
        text = "".join([table.put(_cells(row)) for row in batch])
        work.spend(len(text))
        yield text
        for row in batch:
            yield from _blobs(row, work)
    yield f"{table.close()}\n"
    if count >= _MOST_ROWS:
        work.note("reason.partial")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _columns(database: apsw.Connection, quoted: str) -> tuple[str, ...]:
    """Return the names of the columns, of an empty table as well."""
    one_row = f"SELECT * FROM (SELECT 1) LEFT JOIN (SELECT * FROM {quoted} LIMIT 1)"  # noqa: S608
    described = database.execute(one_row).get_description()
    return tuple(name for name, _declared in described[1:])


def _rows(
    database: apsw.Connection, quoted: str, columns: Sequence[str]
) -> Iterator[Sequence[object]]:
    """Yield the rows of a table; from the first with text that is none on, by way of `hex`."""
    count = 0
    try:
        for row in database.execute(f"SELECT * FROM {quoted} LIMIT {_MOST_ROWS}"):  # noqa: S608
            yield row
            count += 1
    except UnicodeDecodeError:
        cells = (
            f"CASE typeof({one}) WHEN 'text' THEN hex({one}) ELSE {one} END"
            for one in map(_quoted, columns)
        )
        encoding = _encoding(database)
        left = f"LIMIT {_MOST_ROWS - count} OFFSET {count}"
        for row in database.execute(f"SELECT {', '.join(cells)} FROM {quoted} {left}"):  # noqa: S608
            yield [_text(one, encoding) if isinstance(one, str) else one for one in row]


def _cells(row: Sequence[object]) -> dict[int, str]:
    return {
        number: text
        for number, value in enumerate(row)
        if value is not None and (text := _cell(value))
    }


def _cell(value: object) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return ""
    return without_point(str(value)) if isinstance(value, float) else str(value)


def _blobs(row: Sequence[object], work: Work) -> Iterator[str]:
    """Yield what is in the files that a row holds."""
    for value in row:
        if isinstance(value, bytes) and len(value) >= _SHORTEST_FILE and not _cell(value):
            work.spend(len(value))
            yield from work.within(value)


def _page_size(source: Source) -> int:
    size = int.from_bytes(source.head[16:18], "big")
    return {1: 65_536}.get(size, size)


def _free(source: Source, work: Work) -> Iterator[str]:
    """Yield what deleted rows left in pages that are free."""
    size, trunk = _page_size(source), int.from_bytes(source.head[32:36], "big")
    seen: set[int] = set()
    while trunk and trunk not in seen and len(seen) < _MOST_FREE and size in _PAGE_SIZES:
        seen.add(trunk)
        page = _page(source, trunk, size)
        count = min(int.from_bytes(page[4:8], "big"), size // _NUMBER - 2)
        for place in range(8, 8 + _NUMBER * count, _NUMBER):
            number = int.from_bytes(page[place : place + _NUMBER], "big")
            if number and number not in seen and len(seen) < _MOST_FREE:
                seen.add(number)
                work.spend(size)
                yield _sqlite_pages.text_of(_page(source, number, size))
        yield shown(page[8 + _NUMBER * max(count, 0) :])
        trunk = int.from_bytes(page[:4], "big")


def _page(source: Source, number: int, size: int) -> bytes:
    source.file.seek((number - 1) * size)
    return source.file.read(size)


def _every_page(source: Source, work: Work) -> Iterator[str]:
    """Yield what can be read of a damaged database, page by page."""
    size = _page_size(source)
    size = size if size in _PAGE_SIZES else _PAGE_SIZES[3]
    end = min(source.size, work.limits.file_mib * MIB)
    for place in range(0, end, size):
        source.file.seek(place)
        work.spend(size)
        yield _sqlite_pages.text_of(source.file.read(size), 0 if place else _HEAD) + "\n"
    if end < source.size:
        work.note("reason.partial")


def _log(source: Source, work: Work) -> Iterator[str]:
    """Yield the pages of a write-ahead log, or of a journal."""
    if source.head.startswith(_sqlite_pages.WAL_MAGICS):
        size, place = int.from_bytes(source.head[8:12], "big"), _WAL_HEAD
        before, after = _FRAME_HEAD, 0
    else:
        size, place = (int.from_bytes(source.head[n : n + 4], "big") for n in (24, 20))
        before, after = _NUMBER, _CHECKSUM
    if size not in _PAGE_SIZES or place > source.size:
        raise ScanError("reason.corrupt")
    end = min(source.size, work.limits.file_mib * MIB)
    while place + before < end:
        source.file.seek(place)
        number = int.from_bytes(source.file.read(before)[:_NUMBER], "big")
        work.spend(size)
        yield _sqlite_pages.text_of(source.file.read(size), _HEAD if number == 1 else 0) + "\n"
        place += before + size + after
    if end < source.size:
        work.note("reason.partial")


EXTRACTOR = Extractor(name="sqlite", sniff=sniff, extract=extract)
