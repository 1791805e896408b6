"""SQLite: every table by its columns, from a copy in memory that trusts nothing in the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from agentguard.errors import ScanError
from agentguard.scan.extract import _rows
from agentguard.scan.extract.base import Extractor, Source, Work
from agentguard.scan.limits import MIB

_MAGIC = b"SQLite format 3\0"
_MOST_ROWS = 200_000
_WRITE_VERSION = slice(18, 20)
_NO_LOG = b"\x01\x01"


def sniff(source: Source) -> bool:
    """Tell a database by its header."""
    return source.head.startswith(_MAGIC)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the rows of every table.

    Raises:
        ScanError: the database is damaged or too large.

    """
    if source.size > work.limits.file_mib * MIB:
        raise ScanError("reason.too-large")
    data = bytearray(source.read(source.size))
    data[_WRITE_VERSION] = _NO_LOG  # a copy in memory has no write-ahead log beside it
    with closing(sqlite3.connect(":memory:")) as database:
        database.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            database.deserialize(bytes(data))
            database.execute("PRAGMA trusted_schema=OFF")
            for name in _tables(database):
                yield from _rows.lines(_table(database, name, work))
                yield "\n"
        except sqlite3.Error as error:
            raise ScanError("reason.corrupt") from error


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [str(name) for (name,) in found if not str(name).startswith("sqlite_")]


def _table(database: sqlite3.Connection, name: str, work: Work) -> Iterator[dict[int, str]]:
    quoted = name.replace('"', '""')
    rows = database.execute(f'SELECT * FROM "{quoted}" LIMIT {_MOST_ROWS}')  # noqa: S608 - quoted
    yield {number: column[0] for number, column in enumerate(rows.description)}
    for row in rows:
        cells = {number: _cell(value) for number, value in enumerate(row) if value is not None}
        work.spend(sum(map(len, cells.values())))
        yield cells


def _cell(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


EXTRACTOR = Extractor(name="sqlite", sniff=sniff, extract=extract)
