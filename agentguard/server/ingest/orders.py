"""Tells desks what is asked of them for an incident, signed, and hears how it stands there."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from agentguard.server.ingest.shared_reads import SharedRead
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Now
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.server.store.reports import containments
from agentguard.server.store.reports.containments import Containment
from agentguard.wire import v1

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
