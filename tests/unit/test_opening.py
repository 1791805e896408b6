"""The store that an agent opens: on the disk where that can be, else in memory, and it is said."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from agentguard.base.errors import StoreError
from agentguard.base.startup import JOURNAL, Starting
from agentguard.model.records import Record
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.secrets import Places
from agentguard.runtime import stores
from agentguard.store.agent_store import FILE, open_store
from agentguard.store.sqlite_file import Database, full


def newer(file: Path) -> None:
    database = Database(file)
    database.rows("PRAGMA user_version=999")
    database.close()


def unreadable(file: Path) -> None:
    """Whole as a database, and not to be read as what it is."""
    database = Database(file)
    database.rows("ALTER TABLE memory RENAME TO forgotten")
    database.close()


def a_folder(file: Path) -> None:
    for each in file.parent.glob(f"{FILE}*"):
        each.unlink()
    file.mkdir()


def a_loop(file: Path) -> None:
    for each in file.parent.glob(f"{FILE}*"):
        each.unlink()
    file.symlink_to(file)


@pytest.mark.parametrize(
    ("spoil", "id_"),
    [
        (newer, "journal-newer"),
        (unreadable, "journal"),
        (a_folder, "journal"),
        pytest.param(a_loop, "journal", marks=pytest.mark.posix),  # a right of its own on Windows
    ],
)
def test_one_that_cannot_be_used_is_left_and_the_journal_is_in_memory(
    spoil: Callable[[Path], None], id_: str, tmp_path: Path
) -> None:
    clock, starting = FakeClock(), Starting()
    open_store(tmp_path, clock).close()
    spoil(tmp_path / FILE)
    before = (tmp_path / FILE).lstat()
    raw = (tmp_path / FILE).read_bytes() if (tmp_path / FILE).is_file() else b""
    store = stores.store(tmp_path, stores.on_disk(tmp_path, clock, Places(), None), starting)
    assert not store.lasting
    assert starting.faults[JOURNAL].id == f"starting.{id_}"
    store.journal.commit([Record(kind="x", at=clock.now(), payload={})], {"k": 1})
    assert store.journal.memory("k") == {"k": 1}
    store.close()
    assert (tmp_path / FILE).lstat().st_ino == before.st_ino
    assert not raw or (tmp_path / FILE).read_bytes() == raw


def test_one_that_is_well_is_on_the_disk_and_nothing_is_said(tmp_path: Path) -> None:
    starting = Starting()
    store = stores.store(tmp_path, stores.on_disk(tmp_path, FakeClock(), Places(), None), starting)
    assert store.lasting
    assert starting.faults == {}
    store.close()


@pytest.mark.parametrize(
    ("cause", "is_full"),
    [
        (apsw.FullError(), True),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), True),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), True),
        (OSError(errno.EACCES, os.strerror(errno.EACCES)), False),
        (apsw.IOError(), False),
        (apsw.CorruptError(), False),
        (None, False),
    ],
)
def test_no_room_is_known_by_its_cause(cause: Exception | None, is_full: bool) -> None:
    error = StoreError("x")
    error.__cause__ = cause
    assert full(error) is is_full


def test_no_room_for_the_index_of_the_log_is_no_room() -> None:
    error, cause = StoreError("x"), apsw.IOError()
    cause.extendedresult = apsw.SQLITE_IOERR_SHMSIZE
    error.__cause__ = cause
    assert full(error)
