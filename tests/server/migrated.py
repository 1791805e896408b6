"""A SQLite file whose schema is up to date: migrated once in each process, copied for each test."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.open_database import open_database

FILE = "server.db"


def migrated(settings: ServerSettings) -> ServerSettings:
    """Lay the file where the endpoint would make its own; an endpoint still upgrades what is there.

    Nothing is laid over a database that is there, or beside one that is elsewhere.
    """
    file = settings.data / FILE
    if not settings.database and not file.exists():
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(_made())
    return settings


@cache
def _made() -> bytes:
    """Have the real migrations make it; all of it is in the file once the last connection ends."""
    with tempfile.TemporaryDirectory() as folder:
        open_database(ServerSettings(data=Path(folder))).close()
        assert [one.name for one in Path(folder).iterdir()] == [FILE]
        return Path(folder, FILE).read_bytes()
