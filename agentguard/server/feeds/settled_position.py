"""Tells up to which happening none can still come: those after it wait for whoever still writes.

On PostgreSQL transactions write side by side. An id is given when a row is written and seen when
its transaction is committed, so a lower id may come to light after a higher one. Whoever writes to
a table locks it first, until the transaction's end (PostgreSQL's documentation, 13.3.1: ROW
EXCLUSIVE). So once everybody has ended who held that lock when an id was seen, none below it comes.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from agentguard.server.store.schema.feed_tables import feed_outbox

_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE mode = 'RowExclusiveLock' AND granted"
    " AND relation = CAST(:name AS regclass)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Settled:
    """Remembers who wrote at its last look, since under load somebody always writes."""

    def __init__(self) -> None:
        self._up_to = 0
        self._seen = 0
        self._writers: frozenset[str] = frozenset()

    def up_to(self, connection: Connection, newest: int) -> int:
        """Return an id below which none still comes.

        `newest` is the highest id that this transaction saw in a statement before.
        """
        if connection.dialect.name != "postgresql":  # SQLite lets one write at a time
            return newest
        writers = frozenset(connection.scalars(_WRITERS, {"name": feed_outbox.name}))
        if not writers & self._writers:
            self._up_to = self._seen
            self._seen, self._writers = newest, writers
        if not writers:
            self._up_to = newest
        return self._up_to
