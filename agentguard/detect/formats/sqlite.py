"""SQLite: every table by its columns, what was deleted, and the logs beside a database.

Nothing in the file is trusted: it is opened to be read alone, without its schema's programs.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import apsw

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _sqlite_pages
from agentguard.detect.formats.text import shown
from agentguard.detect.limits import MIB
from agentguard.detect.tables.columns import without_point
from agentguard.detect.tables.table_rows import Table
from agentguard.detect.unfolding import UNTOLD

_MAGIC = b"SQLite format 3\0"
_LOGS = (*_sqlite_pages.WAL_MAGICS, _sqlite_pages.JOURNAL_MAGIC)
_BATCH, _BATCH_SIZE = 200, 256 << 10
_PAGE_SIZES = tuple(1 << bits for bits in range(9, 17))
_HEAD = 100
_WAL_HEAD, _FRAME_HEAD = 32, 24
_NUMBER, _CHECKSUM = 4, 4
_SHORTEST_FILE = 24


def sniff(source: Source) -> bool:
    """Tell a database, its write-ahead log or its journal by their headers."""
    return source.head.startswith((_MAGIC, *_LOGS))


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the rows of every table, then what its free pages still hold.

    Raises:
        ScanError: the database is damaged, after what can be read page by page.

    """
    if source.head.startswith(_LOGS):
        yield from _log(source, work)
        return
    source = _in_reach(source, work)
    why = "reason.too-large"
    if source.size < UNTOLD:
        why = yield from _every_table(source, work)
    if not why:
        yield from _free(source, work)
        return
    yield from _every_page(source, work)
    if not work.depth:
        raise ScanError(why)
    work.note(f"{why}-part")


def _in_reach(source: Source, work: Work) -> Source:
    """Return a part that tells no size in memory, if it is not too large: its pages are asked for.

    One that is too large is read as it comes.
    """
    if source.size < UNTOLD:
        return source
    try:
        return source.held(work.limits.part_mib * MIB)
    except ScanError:
        return source


def _every_table(source: Source, work: Work) -> Generator[str, None, str]:
    """Yield every table; return why SQLite could not read all, or nothing."""
    from agentguard.detect.formats._sqlite_source import database_of  # noqa: PLC0415 - slow to load, seldom used

    why = ""
    with database_of(source) as database:
        database.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        database.limit(apsw.SQLITE_LIMIT_LENGTH, work.limits.part_mib * MIB)
        try:
            for name in _tables(database):
                try:
                    yield from _table(database, name, work)
                except apsw.SQLError:
                    continue  # a virtual table, whose content stands in others
                except (apsw.Error, UnicodeDecodeError):  # a column whose name is no text
                    why = "reason.corrupt"
        except apsw.Error:
            return "reason.corrupt"
        except ScanError as error:
            if error.reason != "reason.too-large":
                raise
            return error.reason  # its pages stand in such an order that all is unpacked for each
    return why


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
    table = Table(dict(enumerate(columns)), full=work.full)
    for batch in _batches(_rows(database, quoted, columns)):
        text = "".join([table.put(_cells(row)) for row in batch])
        work.spend(len(text))
        yield text
        for row in batch:
            yield from _blobs(row, work)
    yield f"{table.close()}\n"


def _batches(rows: Iterator[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    """Yield rows together, as many as are read well at once and not held in vain."""
    batch: list[Sequence[object]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, (bytes, str)))
        if len(batch) >= _BATCH or size >= _BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


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
        for row in database.execute(f"SELECT * FROM {quoted}"):  # noqa: S608
            yield row
            count += 1
    except UnicodeDecodeError:
        cells = (
            f"CASE typeof({one}) WHEN 'text' THEN hex({one}) ELSE {one} END"
            for one in map(_quoted, columns)
        )
        encoding = _encoding(database)
        left = f"LIMIT -1 OFFSET {count}"
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
    if size not in _PAGE_SIZES:
        return
    seen = _Numbers(source.size // size)
    while trunk and seen.add(trunk):
        page = _page(source, trunk, size)
        count = min(int.from_bytes(page[4:8], "big"), size // _NUMBER - 2)
        for place in range(8, 8 + _NUMBER * count, _NUMBER):
            number = int.from_bytes(page[place : place + _NUMBER], "big")
            if number and seen.add(number):
                work.spend(size)
                yield _sqlite_pages.text_of(_page(source, number, size))
        yield shown(page[8 + _NUMBER * max(count, 0) :])
        trunk = int.from_bytes(page[:4], "big")


class _Numbers:
    """The pages that were read, each a bit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._read = bytearray(most // 8 + 1)

    def add(self, number: int) -> bool:
        """Take a page; tell whether it is there and was not read before."""
        byte, bit = number // 8, 1 << number % 8
        if number > self._most or self._read[byte] & bit:
            return False
        self._read[byte] |= bit
        return True


def _page(source: Source, number: int, size: int) -> bytes:
    return _at(source, (number - 1) * size, size)


def _every_page(source: Source, work: Work) -> Iterator[str]:
    """Yield what can be read of a damaged database, page by page."""
    size = _page_size(source)
    size = size if size in _PAGE_SIZES else _PAGE_SIZES[3]
    place = 0
    while page := _at(source, place, size):
        work.spend(0 if source.flows else size)
        yield _sqlite_pages.text_of(page, 0 if place else _HEAD) + "\n"
        place += size


def _at(source: Source, place: int, size: int) -> bytes:
    source.file.seek(place)
    return source.file.read(size)


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
    while place + before < source.size and (frame := _at(source, place, before + size)):
        number = int.from_bytes(frame[:_NUMBER], "big")
        work.spend(0 if source.flows else size)
        text = _sqlite_pages.text_of(frame[before:], _HEAD if number == 1 else 0)
        yield f"{text}\n"
        place += before + size + after


EXTRACTOR = Extractor(name="sqlite", sniff=sniff, extract=extract, flows=True)
