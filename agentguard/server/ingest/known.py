"""The devices' keys, kept at hand: looking one up must not cost more than verifying with it."""

from __future__ import annotations

from collections import OrderedDict

from agentguard.server.settings import Limits, Now
from agentguard.server.store import devices
from agentguard.server.store.database import Database
from agentguard.server.store.devices import Known


class KnownDevices:
    """The devices heard of last; what is older than a moment is looked up again."""

    def __init__(self, database: Database, limits: Limits, now: Now) -> None:
        self._database = database
        self._most = limits.keys
        self._fresh = limits.key_fresh
        self._now = now
        self._held: OrderedDict[str, tuple[float, Known]] = OrderedDict()

    async def known(self, id_: str) -> Known | None:
        """Give a device; None when it is not enrolled, which is never remembered."""
        at = self._now()
        held = self._held.get(id_)
        if held is not None and 0 <= at - held[0] < self._fresh:
            self._held.move_to_end(id_)
            return held[1]
        found = await self._database.read(lambda connection: devices.known(connection, id_))
        if found is None:
            self._held.pop(id_, None)
            return None
        self._held[id_] = at, found
        self._held.move_to_end(id_)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return found
