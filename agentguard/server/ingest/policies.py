"""Hands on the signed policies and roots that devices are given, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.settings import Now
from agentguard.server.store.desks import policies
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.desks.policies import Bundle
from agentguard.server.store.engine.database import Database

FRESH = 5  # seconds for which what was published is believed
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a device should have: a policy's digest, empty for none, and the newest root."""

    digest: str
    root: int


@dataclass(frozen=True, slots=True)
class _Published:
    at: float
    root: int
    bundles: tuple[Bundle, ...]


class Policies:
    """Knows which device is to have which policy; nothing here reads or changes one."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._known: _Published | None = None

    async def wanted(self, device: Known, present: str = "") -> Wanted:
        """Return what a device should have; `present` is the digest of the policy that it has."""
        published = await self._published()
        needs = policies.wanted(published.bundles, device.id, device.team, present)
        return Wanted(digest=needs.label.digest if needs else "", root=published.root)

    async def answer(self, request: Request, device: Known) -> Answer:
        """Return the device's policy, or 304 when the device has it already."""
        self._known = None
        wanted = (await self.wanted(device)).digest
        found = await self._database.read(lambda c: policies.body(c, wanted)) if wanted else None
        if found is None:
            raise Refused(404, "no-policy")
        more = (("etag", f'"{wanted}"'),)
        if request.headers.get("if-none-match") == f'"{wanted}"':
            return Answer(status=304, body=b"", headers=more)
        return Answer(status=200, body=found, kind=JSON, headers=more)

    async def roots(self, _request: Request, _device: Known) -> Answer:
        """Return all the roots, so that any device can walk to the newest."""
        every = await self._database.read(policies.roots)
        if not every:
            raise Refused(404, "no-policy")
        return Answer(status=200, body=b"[" + b",".join(every) + b"]", kind=JSON)

    async def _published(self) -> _Published:
        at = self._now()
        known = self._known
        if known is not None and 0 <= at - known.at < FRESH:
            return known

        def read(connection: Connection) -> _Published:
            every = tuple(policies.bundles(connection))
            return _Published(at, policies.root_version(connection), every)

        self._known = known = await self._database.read(read)
        return known
