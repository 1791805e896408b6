"""Brings a backup back into an empty database, compares what is there, and only then keeps it.

The schema is first brought to the backup's own revision, and up to date when all rows are there.
How much room that may take is bounded, whatever the backup's file claims to be.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil
from pyrage import x25519
from sqlalchemy import Connection, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError
from agentguard.base.translations import Texts, load
from agentguard.server.backup import line_format, streams
from agentguard.server.backup.creation import KEYS
from agentguard.server.backup.streams import TooMuch
from agentguard.server.settings import HEAD_FILE, ServerSettings
from agentguard.server.store.engine import leadership
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.partitions import Ready
from agentguard.server.store.engine.revisions import APART, known, replaced, upgrade

BATCH = 500  # rows in one statement
WEIGHT = 8 * 1024 * 1024  # bytes in one statement, unless a single row has more
EVENTS, RECEIVED = "event", "received_at"
_HEAD = msgspec.json.Decoder(line_format.Head)
_BEGIN = msgspec.json.Decoder(line_format.Begin)
_END = msgspec.json.Decoder(line_format.End)
_LAST = msgspec.json.Decoder(line_format.Last)
_ROW = msgspec.json.Decoder(list[Any])
UNSEEN = 10 * 1024**3
"""Bytes that a PostgreSQL may take whose disk cannot be seen from here, unless more is said."""
_NEAR = frozenset({"", "localhost", "127.0.0.1", "::1"})
_FOLDER = text("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
_SIZE = text("SELECT pg_database_size(current_database())")


class _Damaged(Exception):
    """What was read is no whole backup; carries the place."""


class _Rows:
    """Takes a backup line by line into a transaction."""

    def __init__(self, connection: Connection, words: Texts, file: Path, room: Room) -> None:
        self._connection = connection
        self._words = words
        self._file = file
        self._room = room
        self._take: Callable[[bytes], None] = self._head
        self._ready = Ready()
        self._there = MetaData()
        self._waiting: list[dict[str, Any]] = []
        self._weight = 0
        self._sum = line_format.Sum()
        self._begin = line_format.Begin(table="", columns=[])
        self.files: dict[str, bytes] = {}
        self.made_at: float | None = None
        self.rows = self.tables = self.line = 0

    def take(self, given: bytes) -> None:
        """Take a line."""
        self.line += 1
        try:
            self._take(given)
        except OperationalError as error:  # the server's trouble, not the file's
            place = f"line {self.line}"
            raise _refused("stopped", self._words, file=str(self._file), place=place) from error
        except (msgspec.DecodeError, ValueError, KeyError, SQLAlchemyError) as error:
            raise _Damaged from error

    def finish(self) -> None:
        """See that nothing is missing at the end."""
        if self._take != self._nothing:
            raise _Damaged

    def _head(self, given: bytes) -> None:
        head = _HEAD.decode(given)
        if replaced(head.revision):
            raise _refused("replaced", self._words, file=str(self._file))
        if head.agentguard != line_format.FORMAT or not known(head.revision):
            raise _refused("newer", self._words, file=str(self._file))
        self.files = {name: head.files[name] for name in KEYS if name in head.files}
        self.made_at = _moment(head.made_at)
        upgrade(self._connection, head.revision)
        self._there.reflect(self._connection)
        for table in self._there.sorted_tables:
            if table.name not in APART and _holds_rows(self._connection, table):
                raise _refused("full", self._words, table=table.name)
        self._take = self._table

    def _table(self, given: bytes) -> None:
        if b'"tables"' in given[:10]:
            if _LAST.decode(given).tables != self.tables:
                raise ValueError
            upgrade(self._connection)
            self._take = self._nothing
            return
        self._begin = _BEGIN.decode(given)
        self._sum = line_format.Sum()
        self._take = self._row

    def _row(self, given: bytes) -> None:
        table = self._there.tables[self._begin.table]
        if given[:1] == b"{":
            self._write(table)
            self._compare(table, _END.decode(given))
            return
        self._sum.add(given)
        self._waiting.append(line_format.values(table, self._begin.columns, _ROW.decode(given)))
        self._weight += len(given)
        if len(self._waiting) >= BATCH or self._weight >= WEIGHT:
            self._write(table)

    def _write(self, table: Table) -> None:
        if table.name == EVENTS:
            for at in {one[RECEIVED] for one in self._waiting}:
                self._ready.be(self._connection, at)
        if self._waiting:
            self._connection.execute(insert(table), self._waiting)
            self._room.look()
        self._waiting, self._weight = [], 0

    def _compare(self, table: Table, end: line_format.End) -> None:
        """See that the archive's rows are whole, and that the database gives the same ones."""
        found = line_format.Sum()
        for row in line_format.rows(self._connection, table, self._begin.columns):
            found.add(row)
        if not end == self._sum.end == found.end:
            raise ValueError
        _count_on(self._connection, table)
        self.rows += self._sum.rows
        self.tables += 1
        self._take = self._table

    def _nothing(self, _given: bytes) -> None:
        raise ValueError


def restore(
    database: Database,
    settings: ServerSettings,
    file: Path,
    key: x25519.Identity,
    *,
    most: int | None = None,
) -> tuple[int, int]:
    """Bring a backup and its keys back; give the rows and tables. All or nothing is kept.

    It may take `most` bytes, and never more than is seen to be free where the database lies.

    Raises:
        StoreError: the backup cannot be read or is damaged, would take too much room, or
            something is there already.

    """
    words = load(settings.language)

    def job(connection: Connection) -> _Rows:
        room = Room(connection, most)
        taken = _taken(connection, file, key, words, room)
        _put_keys(settings.data, taken.files, words)
        if taken.made_at is not None:
            leadership.note(connection, leadership.RESTORED, taken.made_at)
        return taken

    taken = database.run(job)
    return taken.rows, taken.tables


def check(file: Path, key: x25519.Identity, language: str = "en") -> tuple[int, int]:
    """Bring a backup back into memory and compare it; give the rows and tables.

    Raises:
        StoreError: the backup cannot be read or is damaged, or would not fit into the memory.

    """
    words, most = load(language), psutil.virtual_memory().available
    database = Database("sqlite://", batch=1, most_waiting=1)
    try:
        taken = database.run(lambda c: _taken(c, file, key, words, Room(c, most)))
    finally:
        database.close()
    return taken.rows, taken.tables


def _taken(
    connection: Connection, file: Path, key: x25519.Identity, words: Texts, room: Room
) -> _Rows:
    rows = _Rows(connection, words, file, room)
    try:
        streams.read(file, key, rows.take, words, most=room.most, sentence=room.sentence)
        rows.finish()
    except _Damaged as error:
        place = f"line {rows.line}"
        raise _refused("damaged", words, file=str(file), place=place) from error
    return rows


def _moment(made_at: str) -> float | None:
    """Return when a backup says it was made, in seconds since 1970; None where that is none."""
    try:
        return datetime.fromisoformat(made_at).timestamp()
    except (ValueError, OverflowError):
        return None


def _put_keys(folder: Path, files: dict[str, bytes], words: Texts) -> None:
    paths = {folder / name: data for name, data in files.items()}
    if any(path.exists() and path.read_bytes() != data for path, data in paths.items()):
        raise _refused("key", words, folder=str(folder))
    atomic_files.make_folder(folder)
    for path, data in paths.items():
        atomic_files.write(path, data)
    # What was whole here before is no part of what comes back: the next check begins anew.
    (folder / HEAD_FILE).unlink(missing_ok=True)


def _holds_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(func.count()).select_from(table)).scalar_one() > 0


def _count_on(connection: Connection, table: Table) -> None:
    """Let the numbers that PostgreSQL gives go on behind those that came back."""
    if connection.dialect.name != "postgresql" or "id" not in table.c:
        return
    if isinstance(table.c.id.type, Integer):
        name = func.pg_get_serial_sequence(table.name, "id")
        most = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
        connection.execute(select(func.setval(name, most, False)))


def _refused(kind: str, words: Texts, **params: str) -> StoreError:
    return StoreError(
        words.say(f"server.backup.{kind}", **params), words.say(f"server.backup.{kind}-advice")
    )


class Room:
    """The bytes that a database may take: what its disk has free, and at most what was `told`.

    PostgreSQL tells how it grows, indexes and all; what SQLite takes is what the file unpacks to.
    """

    def __init__(self, connection: Connection, told: int | None = None) -> None:
        self._connection = connection
        self._grows = connection.dialect.name == "postgresql"
        self.most = _most(_free(connection), told)
        self.sentence = "no-room" if self._grows else "too-much"
        self._before = self._size()

    def look(self) -> None:
        """See that there still is room.

        Raises:
            TooMuch: the database has grown beyond it.

        """
        if self._size() - self._before > self.most:
            raise TooMuch(self.sentence, self.most)

    def _size(self) -> int:
        return int(self._connection.execute(_SIZE).scalar_one()) if self._grows else 0


def _most(free: int | None, told: int | None) -> int:
    if free is None:
        return UNSEEN if told is None else told
    return free if told is None else min(free, told)


def _free(connection: Connection) -> int | None:
    """Return what the database's disk has free; None when it cannot be seen from here."""
    url = connection.engine.url
    if connection.dialect.name == "sqlite":
        return shutil.disk_usage(Path(url.database).parent).free if url.database else None
    host = str(url.query.get("host", url.host or ""))
    if host not in _NEAR and not host.startswith("/"):
        return None
    folder = connection.execute(_FOLDER).scalar_one_or_none()  # not told to every user
    try:
        return shutil.disk_usage(folder).free if folder else None
    except OSError:  # in a container, say
        return None
