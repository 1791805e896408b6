"""Opens the database that the settings name."""

from __future__ import annotations

from sqlalchemy.exc import ArgumentError

from agentguard.errors import StoreError, UsageError
from agentguard.server.settings import ServerSettings
from agentguard.server.store.database import Database
from agentguard.texts import load


def open_database(settings: ServerSettings) -> Database:
    """Open the database and bring its schema up to date.

    Raises:
        StoreError: it could not be opened.
        UsageError: the address is none, or names a database whose driver is not installed.

    """
    database = connect(settings)
    database.upgrade()
    return database


def connect(settings: ServerSettings) -> Database:
    """Give the database as it is.

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
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            words.say("server.store.no-folder", folder=str(settings.data)),
            words.say("server.store.no-folder-advice"),
        ) from error
    except (ArgumentError, ImportError, ValueError) as error:
        raise UsageError(
            words.say("server.store.no-address"), words.say("server.store.no-address-advice")
        ) from error
    return database
