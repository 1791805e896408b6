"""How much room a backup may take where it is brought back, whatever its file claims to be."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Connection, text

from agentguard.server.backup.streams import TooMuch

UNSEEN = 10 * 1024**3
"""Bytes that a PostgreSQL may take whose disk cannot be seen from here, unless more is said."""
_NEAR = frozenset({"", "localhost", "127.0.0.1", "::1"})
_FOLDER = text("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
_SIZE = text("SELECT pg_database_size(current_database())")


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
