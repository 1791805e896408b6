"""The devices' keys, kept at hand: looking one up must not cost more than verifying with it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from itertools import islice

from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database

AT_ONCE = 100
"""Devices that are looked up by one statement at most."""


class KnownDevices:
    """The devices heard of last; what is older than a moment is looked up again.

    Who reports is looked at where the report is written, so there what is older will do. Those that
    are asked for while others are looked up are looked up together: of a floor that comes back,
    each desk by itself would cost more than its report.
    """

    def __init__(self, database: Database, limits: Limits, now: Now) -> None:
        self._database = database
        self._most = limits.keys
        self._fresh = limits.key_fresh
        self._kept = limits.key_kept
        self._now = now
        self._held: OrderedDict[str, tuple[float, Known]] = OrderedDict()
        self._wanted: dict[str, asyncio.Future[Known | None]] = {}
        self._looking: set[str] = set()
        self._task: asyncio.Task[None] | None = None

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
        found = await self._looked_up(id_)
        if found is None:
            self._held.pop(id_, None)
        return found

    async def _looked_up(self, id_: str) -> Known | None:
        """Return what is found by a look that begins after this."""
        answer = self._wanted.get(id_)
        if answer is None:
            answer = self._wanted[id_] = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._look_up())
        return await asyncio.shield(answer)

    async def _look_up(self) -> None:
        """Look up what is wanted, and what comes to be wanted meanwhile."""
        asked: dict[str, asyncio.Future[Known | None]] = {}
        try:
            while self._wanted:
                asked = {id_: self._wanted.pop(id_) for id_ in [*islice(self._wanted, AT_ONCE)]}
                self._looking = set(asked)
                await self._answer(asked, self._now())
        finally:
            self._task = None
            for answer in (*asked.values(), *self._wanted.values()):
                answer.cancel()  # only those that have none, because this was ended
            self._wanted.clear()

    async def _answer(self, asked: dict[str, asyncio.Future[Known | None]], at: float) -> None:
        ids = tuple(asked)
        try:
            found = await self._database.read(lambda connection: devices.known(connection, ids))
        except Exception as error:  # noqa: BLE001 - each who waits is told
            for answer in asked.values():
                answer.set_exception(error)
                answer.exception()  # who asked may be gone
            return
        for id_, answer in asked.items():
            one = found.get(id_)
            if one is not None and id_ in self._looking:
                self._keep(at, one)
            answer.set_result(one)

    def _keep(self, at: float, one: Known) -> None:
        self._held[one.id] = at, one
        self._held.move_to_end(one.id)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def forget(self, id_: str) -> None:
        """Look a device up again at its next request; what is being looked up is not kept."""
        self._held.pop(id_, None)
        self._looking.discard(id_)
