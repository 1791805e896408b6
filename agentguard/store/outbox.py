"""The outbox in SQLite: receipts, the newest of which is the cursor over the journal."""

from __future__ import annotations

from agentguard.base.errors import StoreError
from agentguard.store.retention import Retention, Writer, told_at
from agentguard.store.sqlite_file import Database
from agentguard.trust.chain.erasure import day_of

RECEIPTS_KEPT = 10_000
"""The newest; of older ones the first of each day stays, which shows how old entries are."""

_THIN = """
    DELETE FROM receipts WHERE seq <= (
      SELECT seq FROM receipts ORDER BY seq DESC LIMIT 1 OFFSET ?
    ) AND EXISTS (SELECT 1 FROM receipts AS earlier
      WHERE earlier.day = receipts.day AND earlier.seq < receipts.seq)
"""


class SqliteOutbox:
    """The Outbox of production; any thread may call it."""

    def __init__(self, database: Database, journal: Writer, kept: int = RECEIPTS_KEPT) -> None:
        self._database = database
        self._kept = kept
        self._retention = Retention(database, journal)

    def cursor(self) -> int:
        """Return the seq of the last entry that was receipted, 0 for none."""
        return self._number("SELECT max(seq) FROM receipts")

    def advance(self, seq: int, receipt: bytes) -> None:
        """Move the cursor on and keep the receipt; it never moves back.

        What is old enough then is erased afterwards, in a transaction of its own.

        Raises:
            StoreError: nothing was written, or the journal has no such entry.

        """
        with self._database.transaction():
            if seq > self._number("SELECT max(seq) FROM entries"):
                raise StoreError(f"A receipt names entry {seq}, which the journal does not hold.")
            if seq <= self.cursor():
                return
            day = day_of(told_at(receipt))
            self._database.rows("INSERT INTO receipts VALUES (?, ?, ?)", (seq, receipt, day))
            self._database.rows(_THIN, (self._kept,))
            self._database.rows(
                "DELETE FROM seals WHERE seq <= ? AND seq < (SELECT max(seq) FROM seals)", (seq,)
            )
        self._retention.after(receipt)

    def waiting(self) -> int:
        """Return the number of entries that have no receipt."""
        rows = self._database.rows("SELECT count(*) FROM entries WHERE seq > ?", (self.cursor(),))
        return int(rows[0][0] or 0)

    def receipt(self) -> bytes:
        """Return the newest receipt, empty for none."""
        rows = self._database.rows("SELECT receipt FROM receipts ORDER BY seq DESC LIMIT 1")
        found = rows[0][0] if rows else b""
        return found if isinstance(found, bytes) else b""

    def receipts(self) -> list[bytes]:
        """Return all receipts, the oldest first."""
        rows = self._database.rows("SELECT receipt FROM receipts ORDER BY seq")
        return [found for (found,) in rows if isinstance(found, bytes)]

    def _number(self, sql: str) -> int:
        return int(self._database.rows(sql)[0][0] or 0)
