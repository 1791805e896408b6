"""Opens the agent's store: migrated, looked at, and made anew when it is damaged or lost."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock
from agentguard.store import recovery, schema, side_tables
from agentguard.store.ballast import Spare
from agentguard.store.entries import Box, Entries
from agentguard.store.journal import SqliteJournal
from agentguard.store.name_sealing import KEY_BYTES, Names, key_of, known_key
from agentguard.store.outbox import SqliteOutbox
from agentguard.store.outbox_lanes import USUAL, Bounds
from agentguard.store.side_tables import Sealer
from agentguard.store.sqlite_file import Database, damaged, spoilt
from agentguard.trust.chain import links
from agentguard.trust.chain.headers import FIRST, LOST
from agentguard.trust.chain.links import Epoch

LOG = logging.getLogger(__name__)

FILE = "journal.db"
EPOCH_FILE = "journal.epoch"
"""Remembers the epoch outside the database, so that a new database never reuses one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An open store: the journal, and the outbox over it; `lasting` unless it is in memory."""

    journal: SqliteJournal
    outbox: SqliteOutbox
    database: Database
    lasting: bool = True

    def close(self) -> None:
        """Close the database; nothing of the store may be used afterwards."""
        self.database.close()


def open_store(
    folder: Path,
    clock: Clock | None = None,
    *,
    sealer: Sealer | None = None,
    box: Box | None = None,
    spare: Spare | None = None,
    bounds: Bounds = USUAL,
    headed: bool = False,
) -> Store:
    """Open the store in `folder`; a missing one is made, a damaged one set aside and salvaged.

    A `sealer` seals every commit, a `box` what the entries say; a `spare` is given up when the
    disk is full, and `bounds` say how much may wait for the endpoint. A `headed` journal says
    in the chain whose it is, as the agent's own does. Without a clock, the moment of a new epoch is
    that of the last change of the damaged file.

    Raises:
        StoreError: it cannot be opened or written, or a newer program wrote it.

    """
    path = folder / FILE
    names = Names(key_of(folder))
    journal = partial(
        SqliteJournal,
        sealer=sealer, box=box, spare=spare, bounds=bounds, names=names, headed=headed,
    )  # fmt: skip
    recovery.finish(path)
    try:
        return _opened(path, journal, box, names, clock)
    except StoreError as error:
        if not damaged(error):
            raise
    LOG.error("the journal is damaged; it is set aside and what can be read is kept")
    epoch = recovery.rebuild(path, _moment(path, clock), _known_epoch(folder / EPOCH_FILE), box)
    _remember_epoch(folder / EPOCH_FILE, epoch)
    return _opened(path, journal, box, names, clock)


def _opened(
    path: Path,
    journal: Callable[[Database], SqliteJournal],
    box: Box | None,
    names: Names,
    clock: Clock | None,
) -> Store:
    database = _open(path, clock)
    try:
        made = journal(database)
        if side_tables.seal_what_is_clear(database, names):
            database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        if box is not None:
            _seal_all(database, box)
    except BaseException:
        database.close()
        raise
    return Store(journal=made, outbox=SqliteOutbox(database, made), database=database)


def open_in_memory(folder: Path, bounds: Bounds = USUAL) -> Store:
    """Return a store that is gone with the program, for a folder in which nothing can be written.

    Its epoch is above that of the folder's own, and the journal there stays as it is. What it holds
    is not sealed: the seal's seed could not be kept.
    """
    database = Database(folder / FILE, memory=True)
    schema.migrate(database)
    known = _known_epoch(folder / EPOCH_FILE)
    first = Epoch(epoch=known + 1, first=1, previous=links.GENESIS, reason=LOST)
    names = Names(known_key(folder) or secrets.token_bytes(KEY_BYTES))
    journal = SqliteJournal(database, bounds=bounds, names=names)
    journal.open_epoch(first)
    outbox = SqliteOutbox(database, journal)
    return Store(journal=journal, outbox=outbox, database=database, lasting=False)


def open_for_reading(folder: Path, box: Box | None = None) -> Store:
    """Open the store to read it while the agent may be writing; with a `box` what is sealed too.

    Raises:
        StoreError: there is none, or it cannot be read.

    """
    path = folder / FILE
    if not path.exists():
        raise StoreError(f"There is no journal in {folder}.", "Start the agent once: it makes one.")
    database = Database(path, read_only=True)
    schema.refuse_newer(database)
    if box is not None and schema.version(database) == len(schema.MIGRATIONS):
        box.prepare(database, make=False)
    key = known_key(folder)
    journal = SqliteJournal(database, box=box, names=Names(key) if key else None)
    return Store(journal=journal, outbox=SqliteOutbox(database, journal), database=database)


def _open(path: Path, clock: Clock | None) -> Database:
    database = Database(path)
    try:
        _make_ready(database, clock)
    except BaseException:
        database.close()
        raise
    return database


def _seal_all(database: Database, box: Box) -> None:
    """Seal what is clear, and remove the clear copies of older versions and what is left of it."""
    box.prepare(database)
    if Entries(database, box).seal_what_is_clear():
        database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    if box.seals:
        schema.remove_copies(database)


def _make_ready(database: Database, clock: Clock | None) -> None:
    schema.refuse_newer(database)
    database.configure()
    if not database.healthy():
        raise spoilt(database.path)
    schema.migrate(database)
    if not _has_epoch(database):
        _first_epoch(database, clock)


def _has_epoch(database: Database) -> bool:
    return bool(database.rows("SELECT 1 FROM epochs LIMIT 1"))


def _first_epoch(database: Database, clock: Clock | None) -> None:
    """Give a new database its epoch, above any that this folder ever had; that it was lost is news.

    Of several processes that open it at once, the first to write gives the epoch.
    """
    with database.transaction():
        if not _has_epoch(database):
            _open_first(database, clock)


def _open_first(database: Database, clock: Clock | None) -> None:
    file = database.path.with_name(EPOCH_FILE)
    known = _known_epoch(file)
    _remember_epoch(file, known + 1)
    first = Epoch(epoch=known + 1, first=1, previous=links.GENESIS, reason=LOST if known else FIRST)
    at = clock.now() if clock is not None and known else None
    SqliteJournal(database).open_epoch(first, at, previous_epoch=known)


def _known_epoch(file: Path) -> int:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _remember_epoch(file: Path, epoch: int) -> None:
    try:
        atomic_files.write(file, f"{epoch}\n".encode())
    except OSError as error:
        raise StoreError(
            f"The folder {file.parent} cannot be written.",
            "Free some space and give the user write access to this folder.",
        ) from error


def _moment(path: Path, clock: Clock | None) -> Moment:
    if clock is not None:
        return clock.now()
    return Moment(boot=0.0, wall=path.stat().st_mtime)
