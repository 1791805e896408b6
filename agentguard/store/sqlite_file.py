"""One connection to one SQLite file, with its errors translated and its transactions whole.

apsw is used for the SQLite that it brings: the standard library's may have the WAL-reset bug
(https://www.sqlite.org/wal.html#walresetbug).
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import apsw

from agentguard.base.errors import StoreError

Value = str | int | float | bytes | None

BUSY_MILLISECONDS = 5000
PAGES_BEFORE_CHECKPOINT = 500
TRIES_FOR_WAL = 20

_ADVICE = {
    apsw.FullError: ("is full", "Free some space on the disk; the agent goes on by itself."),
    apsw.IOError: (
        "cannot be read or written",
        "Make room on the disk, and look whether it is well.",
    ),
    apsw.ReadOnlyError: ("cannot be written", "Give the user write access to this folder."),
    apsw.CantOpenError: ("cannot be opened", "Give the user read and write access to this folder."),
    apsw.PermissionsError: ("may not be opened", "Give the user access to this folder."),
    apsw.BusyError: ("is held by another program", "Close backup or repair programs that use it."),
    apsw.LockedError: (
        "is held by another program",
        "Close backup or repair programs that use it.",
    ),
    apsw.CorruptError: ("is damaged", "Start the agent again: it saves what can be read."),
    apsw.NotADBError: ("is damaged", "Start the agent again: it saves what can be read."),
}
_NO_ROOM = frozenset(
    {
        apsw.SQLITE_IOERR_SHMSIZE,
        apsw.SQLITE_IOERR_WRITE,
        apsw.SQLITE_IOERR_FSYNC,
        apsw.SQLITE_IOERR_TRUNCATE,
    }
)
_OTHER = ("could not be used", "Start the agent again; if it stays so, tell your desktop team.")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StoreError, which names the file and what to do."""
    try:
        yield
    except apsw.Error as error:
        what, advice = _ADVICE.get(type(error), _OTHER)
        raise StoreError(f"The database {path} {what} ({type(error).__name__}).", advice) from error
    except UnicodeDecodeError as error:
        raise spoilt(path) from apsw.CorruptError(error.reason)


def spoilt(path: Path) -> StoreError:
    """Return the error that says that the file's content is damaged."""
    error = StoreError(f"The database {path} is damaged.", _ADVICE[apsw.CorruptError][1])
    error.__cause__ = apsw.CorruptError()
    return error


@contextmanager
def named(path: Path) -> Iterator[str]:
    """Yield a file's name as SQLite takes it, in UTF-8 whatever the locale.

    A name that is no UTF-8 is reached through its folder, which is held open meanwhile; SQLite
    follows that link once and for all.
    """
    if sys.platform == "win32":
        yield str(path)
        return
    try:
        name = os.fsencode(path).decode()
    except UnicodeDecodeError:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{folder}/{path.name}"
        finally:
            os.close(folder)
    else:
        yield name


def _has_log(path: Path) -> bool:
    """Check whether a log with something in it lies beside a database."""
    try:
        return Path(f"{path}-wal").stat().st_size > 0
    except OSError:
        return False


class Database:
    """A connection that many threads may use: each transaction is one thread's alone."""

    def __init__(self, path: Path, *, read_only: bool = False, memory: bool = False) -> None:
        """Open the file; it is made when it is missing, unless `read_only`.

        In `memory` nothing is written; `path` then only tells where it would be. What is read only
        leaves the folder as it was: SQLite removes the log and the index that reading makes, as
        only a connection does which may write, and a log that was there stays as it is.

        Raises:
            StoreError: it cannot be opened, or is no database.

        """
        self.path = path
        self._memory = memory
        self.guard = threading.RLock()
        """Whoever holds it has the connection alone."""
        may_write = apsw.SQLITE_OPEN_READWRITE | (0 if read_only else apsw.SQLITE_OPEN_CREATE)
        may = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        flags = may_write if may or not read_only else apsw.SQLITE_OPEN_READONLY
        logged = read_only and _has_log(path)
        if not read_only and not memory:
            with suppress(OSError):  # SQLite says better what is wrong
                path.touch(mode=0o600)  # its companions take this mode over
        with translated(path):
            with named(path) as name:
                self._connection = apsw.Connection(":memory:" if memory else name, flags=flags)
            self._connection.set_busy_timeout(BUSY_MILLISECONDS)
            if read_only:
                self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, int(logged))
                self._connection.pragma("query_only", True)
            if sys.platform == "win32":  # its locks that wait may wait to their end for a free one
                self._connection.setlk_timeout(0, 0)  # https://sqlite.org/c3ref/setlk_timeout.html

    def configure(self) -> None:
        """Set what durability needs: WAL, a sync at every commit, no memory map.

        Raises:
            StoreError: the file cannot be written, or is damaged.

        """
        self.rows("PRAGMA mmap_size=0")
        self._write_ahead()
        self.rows("PRAGMA synchronous=FULL")
        self.rows("PRAGMA secure_delete=ON")
        self.rows(f"PRAGMA wal_autocheckpoint={PAGES_BEFORE_CHECKPOINT}")

    def _write_ahead(self) -> None:
        """Switch to WAL; of several processes at once SQLite refuses some without waiting.

        Beginning a transaction does wait, so the others are done before the next try.
        """
        for _ in range(TRIES_FOR_WAL):
            try:
                self.rows("PRAGMA journal_mode=WAL")
            except StoreError as error:
                if not isinstance(error.__cause__, apsw.BusyError):
                    raise
                with self.transaction():
                    continue
            return
        self.rows("PRAGMA journal_mode=WAL")

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        """Run one statement and give all its rows.

        Raises:
            StoreError: SQLite refused.

        """
        with self.guard:
            try:
                found = self._connection.execute(sql, tuple(values)).fetchall()
            except (apsw.Error, UnicodeDecodeError):
                with translated(self.path):
                    raise
        return cast("list[tuple[Value, ...]]", found)

    def row(self, sql: str, values: Sequence[Value] = ()) -> tuple[Value, ...] | None:
        """Return the first row of a statement, or None; cheaper than `rows` when asked very often.

        Raises:
            StoreError: SQLite refused.

        """
        with self.guard:
            try:
                found = self._connection.execute(sql, values).fetchone()
            except (apsw.Error, UnicodeDecodeError):
                with translated(self.path):
                    raise
        return cast("tuple[Value, ...] | None", found)

    def each(self, sql: str) -> Iterator[tuple[Value, ...]]:
        """Yield a statement's rows one by one, so that those before a damaged place are had.

        Raises:
            StoreError: SQLite refused, or came to a damaged place.

        """
        with self.guard, translated(self.path):
            yield from cast("Iterator[tuple[Value, ...]]", self._connection.execute(sql))

    def many(self, sql: str, values: Sequence[Sequence[Value]]) -> None:
        """Run one statement for each row of values; call it within a transaction.

        Raises:
            StoreError: SQLite refused.

        """
        with self.guard:
            try:
                self._connection.executemany(sql, [tuple(row) for row in values])
            except (apsw.Error, UnicodeDecodeError):
                with translated(self.path):
                    raise

    def changes(self) -> int:
        """Return the number of rows that this connection has changed."""
        with self.guard:
            return self._connection.total_changes()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything within happen, or nothing of it; one within another is part of it.

        Raises:
            StoreError: SQLite refused; nothing was written.

        """
        with self.guard:
            if self._connection.in_transaction:
                yield
                return
            self.rows("BEGIN IMMEDIATE")
            try:
                yield
                self.rows("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """Yield the database as it is now, to be read: what is written meanwhile is not seen.

        Writers wait for nothing, but for one in memory, which has no second connection.

        Raises:
            StoreError: it could not be read.

        """
        if self._memory:
            with self.transaction():
                yield self
            return
        still = Database(self.path, read_only=True)
        try:
            still.rows("BEGIN")
            still.rows("SELECT count(*) FROM sqlite_master")  # what is seen begins with a look
            yield still
        finally:
            still.close()

    def _roll_back(self) -> None:
        with translated(self.path):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def healthy(self) -> bool:
        """Check whether SQLite finds the file whole (a quick look, not at every index)."""
        try:
            return self.rows("PRAGMA quick_check(1)") == [("ok",)]
        except StoreError as error:
            if damaged(error):
                return False
            raise

    def close(self) -> None:
        """Close the file; safe to call twice."""
        with self.guard, translated(self.path):
            self._connection.close()


def damaged(error: StoreError) -> bool:
    """Check whether the error says that the file itself is damaged."""
    return isinstance(error.__cause__, apsw.CorruptError | apsw.NotADBError)


def full(error: StoreError) -> bool:
    """Check whether the error says that the disk is full, or the user's part of it.

    SQLite has a word of its own for it, but not where the index of its log (-shm) needs room
    (SQLITE_IOERR_SHMSIZE, https://www.sqlite.org/rescode.html) or what it writes is refused late.
    """
    cause = error.__cause__
    if isinstance(cause, apsw.IOError):
        return getattr(cause, "extendedresult", 0) in _NO_ROOM
    no_room = getattr(cause, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    return isinstance(cause, apsw.FullError) or (isinstance(cause, OSError) and no_room)
