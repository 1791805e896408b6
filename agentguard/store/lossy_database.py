"""A database whose loss is no harm: damaged, it is begun anew; out of reach, it is done without."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import apsw

from agentguard.base.errors import StoreError
from agentguard.ports.clock import Clock
from agentguard.store.sqlite_file import Database, damaged, spoilt

LOG = logging.getLogger(__name__)

PAUSE = 60.0
"""Seconds for which a database is not tried again after trouble."""
PAGES_BEFORE_CHECKPOINT = 1000
MIB = 1 << 20
_COMPANIONS = ("", "-wal", "-shm", "-journal")

T = TypeVar("T")


class LossyDatabase:
    """One file that is opened at its first use; no method raises. Safe for threads.

    `prepare` fills a new database, and is called in a transaction; `version` is that of its
    tables: a file of any other version is begun anew. `opened` is called with each that is opened.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        version: int,
        prepare: Callable[[Database], None],
        opened: Callable[[Database], None],
    ) -> None:
        self._path = path
        self._clock = clock
        self._version = version
        self._prepare = prepare
        self._guard = threading.RLock()
        self._database: Database | None = None
        self._again = float("-inf")
        self._tell_opened = opened

    def use(self, ask: Callable[[Database], T], otherwise: T) -> T:
        """Return what `ask` gives, or `otherwise` when there is trouble.

        After trouble nothing is tried for a while: a full disk costs no more than that.
        """
        with self._guard:
            if self._database is None and self._clock.now().boot < self._again:
                return otherwise
            try:
                return ask(self._opened())
            except StoreError as error:
                LOG.warning("what is known of files is done without for now: %s", error.title)
                self._give_up(error)
                return otherwise

    @property
    def is_open(self) -> bool:
        """Check whether the file is in use."""
        return self._database is not None

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        with self._guard:
            database, self._database = self._database, None
            if database is not None:
                with suppress(StoreError):
                    database.close()

    def _opened(self) -> Database:
        if self._database is None:
            try:
                self._database = self._open()
            except StoreError as error:
                if not _useless(error):
                    raise
                self._remove()
                self._database = self._open()
            self._tell_opened(self._database)
        return self._database

    def _open(self) -> Database:
        database = Database(self._path)
        try:
            database.configure()
            database.rows("PRAGMA synchronous=NORMAL")  # a power cut loses a batch, nothing else
            database.rows("PRAGMA secure_delete=OFF")
            database.rows(f"PRAGMA wal_autocheckpoint={PAGES_BEFORE_CHECKPOINT}")
            database.rows(f"PRAGMA journal_size_limit={8 * MIB}")
            self._make_ready(database)
        except BaseException:
            with suppress(StoreError):
                database.close()
            raise
        return database

    def _make_ready(self, database: Database) -> None:
        with database.transaction():
            found = number(database, "PRAGMA user_version")
            if found == 0:
                self._prepare(database)
                database.rows(f"PRAGMA user_version={self._version}")
        if found not in {0, self._version} or not database.healthy():
            raise spoilt(self._path)

    def _give_up(self, error: StoreError) -> None:
        self.close()
        if _useless(error):
            self._remove()
        else:
            self._again = self._clock.now().boot + PAUSE

    def _remove(self) -> None:
        for companion in _COMPANIONS:
            with suppress(OSError):
                Path(f"{self._path}{companion}").unlink(missing_ok=True)
        if self._path.exists():
            self._again = self._clock.now().boot + PAUSE


def _useless(error: StoreError) -> bool:
    """Check whether the file is damaged, or holds other tables than it says."""
    return damaged(error) or isinstance(error.__cause__, apsw.SQLError)


def number(database: Database, sql: str, values: Sequence[int] = ()) -> int:
    """Return the one number of a query, 0 for none.

    Raises:
        StoreError: SQLite refused.

    """
    rows = database.rows(sql, values)
    found = rows[0][0] if rows else 0
    return found if isinstance(found, int) else 0
