"""The outbox in SQLite: receipts, the newest of which is the cursor over the journal."""

from __future__ import annotations

from agentguard.errors import StoreError
from agentguard.store.database import Database
from agentguard.store.retention import Retention

RECEIPTS_KEPT = 10_000


class SqliteOutbox:
    """The Outbox of production; any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._retention = Retention(database)

    def cursor(self) -> int:
        """Give the seq of the last entry that was receipted, 0 for none."""
        return self._number("SELECT max(seq) FROM receipts")

    def advance(self, seq: int, receipt: bytes) -> None:
        """Move the cursor on and keep the receipt; it never moves back.

        Raises:
            StoreError: nothing was written, or the journal has no such entry.

        """
        with self._database.transaction():
            if seq > self._number("SELECT max(seq) FROM entries"):
                raise StoreError(f"A receipt names entry {seq}, which the journal does not hold.")
            if seq <= self.cursor():
                return
            self._database.rows("INSERT INTO receipts VALUES (?, ?)", (seq, receipt))
            self._database.rows(
                "DELETE FROM receipts WHERE seq <= "
                "(SELECT seq FROM receipts ORDER BY seq DESC LIMIT 1 OFFSET ?)",
                (RECEIPTS_KEPT,),
            )
            self._database.rows(
                "DELETE FROM seals WHERE seq <= ? AND seq < (SELECT max(seq) FROM seals)", (seq,)
            )
            self._retention.after(seq, receipt)

    def waiting(self) -> int:
        """Give the number of entries that have no receipt."""
        rows = self._database.rows("SELECT count(*) FROM entries WHERE seq > ?", (self.cursor(),))
        return int(rows[0][0] or 0)

    def receipt(self) -> bytes:
        """Give the newest receipt, empty for none."""
        rows = self._database.rows("SELECT receipt FROM receipts ORDER BY seq DESC LIMIT 1")
        found = rows[0][0] if rows else b""
        return found if isinstance(found, bytes) else b""

    def receipts(self) -> list[bytes]:
        """Give all receipts, the oldest first."""
        rows = self._database.rows("SELECT receipt FROM receipts ORDER BY seq")
        return [found for (found,) in rows if isinstance(found, bytes)]

    def _number(self, sql: str) -> int:
        return int(self._database.rows(sql)[0][0] or 0)
