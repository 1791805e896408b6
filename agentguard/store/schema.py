"""The tables, version by version: migrations only go forward, with a copy of the old file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from agentguard.base.errors import NewerStore
from agentguard.store.sqlite_file import Database, named, translated

LOG = logging.getLogger(__name__)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE entries (
          seq INTEGER PRIMARY KEY,
          epoch INTEGER NOT NULL,
          boot REAL NOT NULL,
          wall REAL NOT NULL,
          kind TEXT NOT NULL,
          payload TEXT,
          salt BLOB,
          commitment BLOB NOT NULL,
          previous BLOB NOT NULL,
          hash BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE epochs (
          epoch INTEGER PRIMARY KEY,
          first INTEGER NOT NULL,
          previous BLOB NOT NULL,
          reason TEXT NOT NULL
        ) STRICT
        """,
        "CREATE TABLE memory (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE receipts (seq INTEGER PRIMARY KEY, receipt BLOB NOT NULL) STRICT",
    ),
    (
        """
        CREATE TABLE gaps (
          first INTEGER PRIMARY KEY,
          last INTEGER NOT NULL,
          previous BLOB NOT NULL,
          hash BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE seals (
          seq INTEGER PRIMARY KEY,
          epoch INTEGER NOT NULL,
          hash BLOB NOT NULL,
          public BLOB NOT NULL,
          following BLOB NOT NULL,
          signature BLOB NOT NULL,
          device BLOB NOT NULL
        ) STRICT
        """,
    ),
    (
        "ALTER TABLE entries ADD COLUMN sealed BLOB",
        "ALTER TABLE entries ADD COLUMN key INTEGER",
        "CREATE TABLE opening (id INTEGER PRIMARY KEY, public BLOB NOT NULL) STRICT",
        """
        CREATE TABLE keys (
          id INTEGER PRIMARY KEY, public BLOB NOT NULL, wrapped BLOB NOT NULL
        ) STRICT
        """,
    ),
    (
        "ALTER TABLE receipts ADD COLUMN day INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX receipts_by_day ON receipts (day, seq)",
        "CREATE TABLE header (id INTEGER PRIMARY KEY, value TEXT NOT NULL) STRICT",
    ),
)


def version(database: Database) -> int:
    """Return the version of the file's tables, 0 for a new file."""
    found = database.rows("PRAGMA user_version")[0][0]
    return found if isinstance(found, int) else 0


def refuse_newer(database: Database, newest: int = len(MIGRATIONS)) -> None:
    """Leave a file alone that a newer program wrote.

    Raises:
        NewerStore: its tables are newer than this program.

    """
    if version(database) > newest:
        raise NewerStore(
            f"The database {database.path} was written by a newer AgentGuard.",
            "Install that version again, or move the file away to begin a new one.",
        )


def migrate(database: Database, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring the tables to the newest version, after a copy of an older file.

    The version is read again within the transaction: another process may have been faster.

    Raises:
        StoreError: the file is newer than this program, or cannot be written; it is as before.

    """
    refuse_newer(database, len(migrations))
    present = version(database)
    if present == len(migrations):
        return
    if present:
        _copy(database, present)
    with database.transaction():
        refuse_newer(database, len(migrations))
        for number in range(version(database), len(migrations)):
            for statement in migrations[number]:
                database.rows(statement)
        database.rows(f"PRAGMA user_version={len(migrations)}")


def _copy(database: Database, present: int) -> None:
    copy = database.path.with_name(f"{database.path.name}.v{present}")
    with translated(copy):
        copy.unlink(missing_ok=True)
        with named(copy) as name:
            database.rows("VACUUM INTO ?", (name,))
    LOG.info("the database was copied before it was brought to a new version")


def remove_copies(database: Database) -> None:
    """Remove the copies of older versions; what cannot be removed is tried at the next start."""
    for number in range(1, len(MIGRATIONS)):
        with suppress(OSError):
            database.path.with_name(f"{database.path.name}.v{number}").unlink(missing_ok=True)
