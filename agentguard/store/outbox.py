"""The outbox in SQLite: receipts, the newest of which is the cursor over the journal.

What entries say is erased once it is old enough; their place in the chain stays. How old an entry
is, the receipts alone tell: it was written before the first one that covers it. So no clock of this
computer can push it on, and an auditor can see that it was time (`trust.chain.erasure`). The
erasing itself is an entry of the chain, written in the same transaction.
"""

from __future__ import annotations

import json
import math
from typing import Protocol

from agentguard.base.errors import StoreError
from agentguard.model import lived_time
from agentguard.model.records import Json
from agentguard.ports.storage import Memory
from agentguard.store.sqlite_file import Database, Value
from agentguard.trust.chain.erasure import DAY, DAYS, day_of, said_at
from agentguard.trust.chain.headers import HEADER_KIND

RECEIPTS_KEPT = 10_000
"""The newest; of older ones the first of each day stays, which shows how old entries are."""
_THIN = """
    DELETE FROM receipts WHERE seq <= (
      SELECT seq FROM receipts ORDER BY seq DESC LIMIT 1 OFFSET ?
    ) AND EXISTS (SELECT 1 FROM receipts AS earlier
      WHERE earlier.day = receipts.day AND earlier.seq < receipts.seq)
"""
BATCH = 500
"""Entries at a time: whoever waits for the journal waits for that only."""
_OLD = "SELECT coalesce(max(seq), 0) FROM receipts WHERE day BETWEEN 1 AND ?"
_HEADER = "SELECT coalesce(min(seq), 0) FROM entries WHERE kind = ?"
_WANTED = """
    SELECT seq FROM entries
    WHERE seq <= ? AND wall < ? AND (payload IS NOT NULL OR sealed IS NOT NULL)
      AND kind NOT LIKE 'journal.%'
    ORDER BY seq LIMIT ?
"""


def edge(memory: Memory, seconds: float) -> float:
    """Return the wall time before which every entry is surely that many seconds old.

    The endpoint's clock alone erases nothing: one that leapt would empty every journal. Infinity
    while nothing of this computer's own time stands in the journal's memory.
    """
    known = lived_time.read(memory.get(lived_time.KEY))
    return known.before(seconds) if known is not None else math.inf


class Writer(Protocol):
    """The journal, as far as what is erased is written down in it."""

    def memory(self, prefix: str) -> Memory:
        """Return what is remembered under the keys that begin with `prefix`."""
        ...

    def erase_old(self, seqs: list[int], payload: dict[str, Json]) -> None:
        """Erase the payloads of entries and write an entry that says so, or do neither."""
        ...


class Retention:
    """Looks once a day of the endpoint's clock, which a desk's own clock cannot push on.

    Nor can the endpoint's alone: what is erased was lived through here as well (`edge`).
    Only what the endpoint confirmed is erased, and never what tells of the journal itself. What an
    older program wrote, before the first header, goes by its own clock against the endpoint's: the
    receipts of that time are gone.
    """

    def __init__(self, database: Database, journal: Writer) -> None:
        self._database = database
        self._journal = journal
        self._looked = 0

    def after(self, receipt: bytes) -> None:
        """Erase what the receipts allow once this one has come.

        Raises:
            StoreError: nothing was erased.

        """
        today = day_of(told_at(receipt))
        if today in {0, self._looked}:
            return
        lived = edge(self._journal.memory(lived_time.KEY), DAYS * DAY)
        left = self._erase(self._number(_OLD, today - DAYS), lived, BATCH)
        before = self._number(_HEADER, HEADER_KIND) - 1
        left = self._erase(before, min(lived, float((today - DAYS + 1) * DAY)), left)
        if left:
            self._looked = today

    def _erase(self, last: int, wall: float, most: int) -> int:
        """Erase what stands up to `last` and was written before `wall`; give what is left."""
        rows = self._database.rows(_WANTED, (last, wall, most))
        seqs = [seq for (seq,) in rows if isinstance(seq, int)]
        if seqs:
            self._journal.erase_old(seqs, {"count": len(seqs), "last": seqs[-1]})
        return most - len(seqs)

    def _number(self, sql: str, value: Value) -> int:
        return int(self._database.rows(sql, (value,))[0][0] or 0)


def told_at(receipt: bytes) -> float:
    """Return the endpoint's time on a receipt, seconds since 1970; 0 if there is none."""
    try:
        return said_at(json.loads(json.loads(receipt)["receipt"])["at"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return 0.0


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
