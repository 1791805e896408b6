"""Opens the database that the settings name.

Its address has no password on the command line, where everybody could read it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from agentguard.base import atomic_files
from agentguard.base.atomic_files import OWNER_ONLY
from agentguard.base.errors import StoreError, UsageError
from agentguard.base.translations import Texts, load
from agentguard.server.settings import FILE, ServerSettings
from agentguard.server.store.engine import causes
from agentguard.server.store.engine.database import Database

GIVEN, GIVEN_FILE = "AGENTGUARD_DATABASE", "AGENTGUARD_DATABASE_FILE"
POSTGRESQL = "postgresql+psycopg"
_SAME = frozenset({"postgres", "postgresql"})


def open_database(settings: ServerSettings) -> Database:
    """Open the database and bring its schema up to date.

    Raises:
        StoreError: it could not be opened.
        UsageError: the address is none, or names a database whose driver is not installed.

    """
    database = connect(settings)
    try:
        database.upgrade()
    except BaseException:
        database.close()
        raise
    return database


def _close_to_others(file: Path) -> None:
    """Make SQLite's file, or take from others what they may; its companions take its mode over."""
    if not file.exists():
        file.touch(mode=OWNER_ONLY)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        for one in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
            with suppress(FileNotFoundError, PermissionError):
                one.chmod(OWNER_ONLY)


def _unmade(error: OSError, settings: ServerSettings, words: Texts) -> StoreError:
    if error.errno in causes.SYSTEM:
        return causes.refused(error)
    return StoreError(
        words.say("server.store.no-folder", folder=str(settings.data)),
        words.say("server.store.no-folder-advice"),
    )


def connect(settings: ServerSettings) -> Database:
    """Return the database as it is.

    Raises:
        StoreError: the data folder could not be made.
        UsageError: the address is none, or names a database whose driver is not installed.

    """
    words = load(settings.language)
    limits = settings.limits
    try:
        database = Database(
            settings.database_url, batch=limits.batch, most_waiting=limits.waiting_writes
        )
        atomic_files.make_folder(settings.data)
        if not settings.database:
            _close_to_others(settings.data / FILE)
    except OSError as error:
        raise _unmade(error, settings, words) from error
    except (ArgumentError, ImportError, ValueError) as error:
        raise UsageError(
            words.say("server.store.no-address"), words.say("server.store.no-address-advice")
        ) from error
    return database


def chosen(given: str, environment: Mapping[str, str], words: Texts) -> str:
    """Return the database's address, empty for SQLite in the data folder.

    `given` comes from the command line. Without it the environment's AGENTGUARD_DATABASE counts,
    or the first line of the file that AGENTGUARD_DATABASE_FILE names; these may hold a password.

    Raises:
        UsageError: the address is none, the file cannot be read, or a password is on the line.

    """
    said = given or environment.get(GIVEN, "") or _from_file(environment.get(GIVEN_FILE, ""), words)
    if not said:
        return ""
    try:
        url = make_url(said)
    except ArgumentError as error:
        raise UsageError(
            words.say("server.store.no-address"), words.say("server.store.no-address-advice")
        ) from error
    if given and url.password is not None:
        raise UsageError(
            words.say("server.address.password"),
            words.say("server.address.password-advice", variable=GIVEN, file=GIVEN_FILE),
        )
    if url.drivername in _SAME:
        url = url.set(drivername=POSTGRESQL)
    return url.render_as_string(hide_password=False)


def _from_file(name: str, words: Texts) -> str:
    if not name:
        return ""
    try:
        return Path(name).read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, ValueError) as error:
        raise UsageError(
            words.say("server.address.file", file=name),
            words.say("server.address.file-advice", variable=GIVEN_FILE),
        ) from error
