"""What the answer to a report brings a desk beside the receipt: orders, exceptions and drills.

Each is read for all desks at once and believed for some seconds, without a look at the database for
each report: desks report more often than people rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from agentguard.server.ingest.shared_reads import SharedRead
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Now
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.server.store.floor import drills
from agentguard.server.store.reports import containments, exceptions
from agentguard.server.store.reports.containments import Containment
from agentguard.wire import v1
from agentguard.wire.exceptions import Exceptions, Exempted, Ruled, digest

FRESH = 5.0
"""Seconds for which it is known which desks are asked anything: one question for all reports."""
_JSON = msgspec.json.Encoder()


class Orders:
    """Gives each report's answer what is in force at its desk."""

    def __init__(self, database: Database, keys: ServerKeys, now: Now) -> None:
        self._database, self._keys, self._now = database, keys, now
        self._contained = SharedRead(self._read, FRESH)

    async def of(self, device: str, known: Sequence[v1.Obeyed]) -> dict[str, str]:
        """Return the part of an answer that asks something of a desk; empty where nothing is.

        A desk that knows of something is answered also when all of it is over.
        """
        now = self._now()
        if device not in await self._contained.get(now) and not known:
            return {}
        if known:
            told = {int(one.id): one.state for one in known if one.id.isdecimal()}
            await self._database.write(lambda c: containments.hear(c, device, told, now))
        running = await self._database.read(lambda c: _running(c, device))
        body = v1.Orders(
            device=device,
            at=iso(now),
            orders=tuple(
                v1.Order(
                    id=str(one.id),
                    act=one.act,
                    left=max(0, round((one.until or now) - now)),
                    by=one.ruled_by,
                )
                for one in running
                if (one.until or 0.0) > now
            ),
        )
        text = _JSON.encode(body)
        return {"orders": text.decode(), "orders_signature": self._keys.sign(text)}

    async def _read(self, _now: float) -> frozenset[str]:
        return await self._database.read(containments.contained)


def _running(connection: Connection, device: str) -> list[Containment]:
    return containments.running(connection, device)


class Excepted:
    """Knows what holds, by device; used by one thread of the loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held = SharedRead(self._holding, FRESH)

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
