"""Knows which drills each desk is asked for, without a look at the database for each report."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.server.ingest.shared_reads import SharedRead
from agentguard.server.settings import Now
from agentguard.server.store.engine.database import Database
from agentguard.server.store.floor import drills

FRESH = 5.0  # seconds for which what was asked for is believed


class DrillRequests:
    """Tells a desk what it is asked for; what was begun meanwhile may be told once more."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._known = SharedRead(self._read, FRESH)

    async def of(self, device: str) -> tuple[str, ...]:
        """Return the drills that a device is asked for."""
        known = await self._known.get(self._now())
        return known.get(device, ())

    async def _read(self, now: float) -> Mapping[str, tuple[str, ...]]:
        return await self._database.read(lambda c: drills.asked_for(c, now))
