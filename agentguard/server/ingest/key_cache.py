"""The devices' keys, kept at hand: looking one up must not cost more than verifying with it."""

from __future__ import annotations

from collections import OrderedDict

from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database


class KnownDevices:
    """The devices heard of last; what is older than a moment is looked up again.

    Who reports is looked at where the report is written, so there what is older will do.
    """

    def __init__(self, database: Database, limits: Limits, now: Now) -> None:
        self._database = database
        self._most = limits.keys
        self._fresh = limits.key_fresh
        self._kept = limits.key_kept
        self._now = now
        self._held: OrderedDict[str, tuple[float, Known]] = OrderedDict()

    async def known(self, id_: str) -> Known | None:
        """Return a device; None when it is not enrolled, which is never remembered."""
        return await self._known(id_, self._fresh)

    async def at_hand(self, id_: str) -> Known | None:
        """Return a device that may report, of which is seen later whether it still may."""
        held = self._held.get(id_)
        well = held is not None and held[1].status not in devices.SILENCED
        return await self._known(id_, self._kept if well else self._fresh)

    async def _known(self, id_: str, fresh: float) -> Known | None:
        at = self._now()
        held = self._held.get(id_)
        if held is not None and 0 <= at - held[0] < fresh:
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

    def forget(self, id_: str) -> None:
        """Look a device up again at its next request."""
        self._held.pop(id_, None)
