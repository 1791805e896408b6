"""Erases what entries say once it is old enough; their place in the chain stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from agentguard.store.database import Database
from agentguard.store.edge import edge

DAYS = 400
"""Longer than the twelve months for which PCI DSS 4.0.1, 10.5.1 has audit records kept."""
BATCH = 500
"""Entries at a time: whoever waits for the journal waits for that only."""
DAY = 86_400.0

_ERASE = """
    UPDATE entries SET payload = NULL, salt = NULL, sealed = NULL, key = NULL WHERE seq IN (
      SELECT seq FROM entries
      WHERE wall < ? AND seq <= ? AND (payload IS NOT NULL OR sealed IS NOT NULL)
        AND kind NOT LIKE 'journal.%'
      ORDER BY seq LIMIT ?
    )
"""


class Retention:
    """Looks once a day of the endpoint's clock, which a desk's own clock cannot push on.

    Nor can the endpoint's alone: what is erased was lived through here as well (`edge`).
    Only what the endpoint confirmed is erased, and never what tells of the journal itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looked = float("-inf")

    def after(self, seq: int, receipt: bytes) -> None:
        """Erase what a receipt for everything up to `seq` allows; within its transaction.

        Raises:
            StoreError: nothing was erased.

        """
        now = said_at(receipt)
        if now is None or 0 <= now - self._looked < DAY:
            return
        before = self._database.changes()
        wall = min(now - DAYS * DAY, edge(self._database, DAYS * DAY))
        self._database.rows(_ERASE, (wall, seq, BATCH))
        if self._database.changes() - before < BATCH:
            self._looked = now


def said_at(receipt: bytes) -> float | None:
    """Give the endpoint's time on a receipt, seconds since 1970; None if there is none."""
    try:
        found = json.loads(json.loads(receipt)["receipt"])["at"]
        moment = datetime.fromisoformat(found)
    except (ValueError, LookupError, TypeError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
