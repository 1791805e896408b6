"""Tells a desk which exceptions hold there, where it does not know it."""

from __future__ import annotations

import msgspec

from agentguard.server.ingest.shared_reads import SharedRead
from agentguard.server.store.engine.database import Database
from agentguard.server.store.reports import exceptions
from agentguard.wire import v1
from agentguard.wire.exceptions import Exceptions, Exempted, Ruled, digest

LOOK = 5.0
"""Seconds for which what holds is kept at hand: desks report more often than people rule."""
_JSON = msgspec.json.Encoder()


class Excepted:
    """Knows what holds, by device; used by one thread of the loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held = SharedRead(self._holding, LOOK)

    async def told(self, report: v1.Report, now: float) -> bytes:
        """Return the list for a desk; empty where it has it, or knows of no exceptions."""
        if report.excepted is None:
            return b""
        held = await self._held.get(now)
        items = tuple(one for one in held.get(report.device, ()) if one.until > now)
        ruled = await self._ruled(report)
        if digest(items) == report.excepted and not ruled:
            return b""
        return _JSON.encode(Exceptions(device=report.device, at=now, items=items, ruled=ruled))

    async def _holding(self, now: float) -> dict[str, tuple[Exempted, ...]]:
        return await self._database.read(lambda c: exceptions.holding(c, now))

    async def _ruled(self, report: v1.Report) -> tuple[Ruled, ...]:
        """Return what became of what the desk still waits for."""
        if not report.requested:
            return ()
        return await self._database.read(
            lambda c: exceptions.became(c, report.device, report.requested)
        )
