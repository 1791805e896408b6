"""Opens the database that the settings name."""

from __future__ import annotations

from agentguard.server.settings import ServerSettings
from agentguard.server.store.database import Database


def open_database(settings: ServerSettings) -> Database:
    """Open the database and bring its schema up to date.

    Raises:
        StoreError: it could not be opened.

    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    limits = settings.limits
    database = Database(
        settings.database_url, batch=limits.batch, most_waiting=limits.waiting_writes
    )
    database.upgrade()
    return database
