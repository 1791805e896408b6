"""Takes the lists of desks' programs: answered after the COMMIT, with what is held, signed."""

from __future__ import annotations

import asyncio

import msgspec

from agentguard.base.logs import mask
from agentguard.server import http_messages, masking
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.device_requests import asked_by
from agentguard.server.ingest.rate_limit import Pace, Quota
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database
from agentguard.server.store.reports.day_quota import Full
from agentguard.server.store.software.intake import Arrived, Intake, Unheard
from agentguard.wire import v1
from agentguard.wire.inventory import Inventory, InventoryAnswer, InventoryTaken, Program

DIGEST = 64  # characters of a SHA-256 in hex
AT_ONCE = 16
"""Lists that are written in one transaction: a whole one costs as much as dozens of reports, which
wait for no more of them than these."""
_ASKED = msgspec.json.Decoder(Inventory)
_JSON = msgspec.json.Encoder()


class Inventories:
    """Answers `PUT /v1/inventory`."""

    def __init__(
        self,
        database: Database,
        keys: ServerKeys,
        limits: Limits,
        now: Now,
        *,
        intake: Intake,
        pace: Pace,
        quota: Quota,
    ) -> None:
        self._database = database
        self._keys = keys
        self._limits = limits
        self._now = now
        self._intake = intake
        self._pace = pace
        self._quota = quota
        self._room = asyncio.Semaphore(AT_ONCE)

    async def answer(self, request: Request, device: Known) -> Answer:
        """Take a list in, or ask for the whole of it.

        Raises:
            Refused: it is malformed, of another device or of a keeper, too much for a day, or one
                of too many at this moment.

        """
        if device.role == devices.KEEPER:
            raise Refused(403, "no-agent")
        told, now = _told(asked_by(device, request, _ASKED)), self._now()
        await self._quota.judge(device.id, now)
        changes = len(told.added) + len(told.gone)
        self._pace.take(device.id, now, changes / self._limits.events_of_one)
        cost = self._quota.cost(len(request.body), changes)
        held = await self._taken(Arrived(inventory=told, now=now, cost=cost))
        taken = InventoryTaken(
            device=device.id, digest=told.digest, at=told.sent_at, need_full=not held
        )
        text = _JSON.encode(taken)
        signed = InventoryAnswer(taken=text.decode(), signature=self._keys.sign(text))
        return http_messages.answer(200, signed)

    async def _taken(self, arrived: Arrived) -> bool:
        """Write a list; tell whether it is held now."""
        later = Refused(429, "busy", retry_after=self._limits.retry_after)
        if self._room.locked():
            raise later
        async with self._room:
            try:
                held = await self._database.write_together(self._intake.take_all, arrived)
            except Full as full:
                raise await self._quota.used_up(
                    arrived.inventory.device, arrived.now, full
                ) from None
            except Unheard:  # a desk reports before it tells of its programs
                raise later from None
            return bool(held)


def _told(given: Inventory) -> Inventory:
    """Return a list whose names hold no value.

    Raises:
        Refused: it contradicts itself.

    """
    if given.schema != v1.SCHEMA:
        raise Refused(400, "schema")
    whole = given.full and not given.gone and len(given.added) == given.programs
    part = not given.full and given.programs >= 0
    if not (whole or part) or not 0 < len(given.digest) <= DIGEST or len(given.base) > DIGEST:
        raise Refused(400, "malformed")
    added, gone = (tuple(map(_masked, some)) for some in (given.added, given.gone))
    return msgspec.structs.replace(given, added=added, gone=gone)


def _masked(one: Program) -> Program:
    told = {name: getattr(one, name) for name in ("name", "publisher", "signer")}
    if all(mask(words) == words for words in told.values()):  # a look costs a hundredth of a search
        return one
    clean = {name: _clean(words) for name, words in told.items()}
    return msgspec.structs.replace(one, **clean)


def _clean(words: str) -> str:
    return masking.text(words) if "@" in words else masking.name(words)
