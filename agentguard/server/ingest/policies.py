"""Hands on the signed policies, roots and catalogues that devices are given, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.shared_reads import SharedRead
from agentguard.server.settings import Now
from agentguard.server.store.desks import policies
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.desks.policies import Bundle
from agentguard.server.store.engine.database import Database
from agentguard.server.store.software import packs

FRESH = 5  # seconds for which what was published is believed
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a device should have: a policy's digest, empty for none, and the newest root.

    `catalogue` is the number of the newest catalogue of software, 0 for none.
    """

    digest: str
    root: int
    catalogue: int = 0


@dataclass(frozen=True, slots=True)
class _Published:
    root: int
    bundles: tuple[Bundle, ...]
    catalogue: int


class Policies:
    """Knows which device is to have which policy; nothing here reads or changes one."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._known = SharedRead(self._published, FRESH)

    async def wanted(self, device: Known, present: str = "") -> Wanted:
        """Return what a device should have; `present` is the digest of the policy that it has."""
        published = await self._known.get(self._now())
        needs = policies.wanted(published.bundles, device.id, device.team, present)
        digest = needs.label.digest if needs else ""
        return Wanted(digest=digest, root=published.root, catalogue=published.catalogue)

    async def answer(self, request: Request, device: Known) -> Answer:
        """Return the device's policy, or 304 when the device has it already."""
        self._known.forget()
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

    async def catalogue(self, request: Request, _device: Known) -> Answer:
        """Return the newest catalogue of software, or 304 when the device has it already."""
        self._known.forget()
        found = await self._database.read(_catalogue)
        if found is None:
            raise Refused(404, "no-catalogue")
        digest, raw = found
        more = (("etag", f'"{digest}"'),)
        if request.headers.get("if-none-match") == f'"{digest}"':
            return Answer(status=304, body=b"", headers=more)
        return Answer(status=200, body=raw, kind=JSON, headers=more)

    async def _published(self, _now: float) -> _Published:
        def read(connection: Connection) -> _Published:
            every = tuple(policies.bundles(connection))
            added = packs.newest(connection)
            root = policies.root_version(connection)
            return _Published(root, every, added.seq if added else 0)

        return await self._database.read(read)


def _catalogue(connection: Connection) -> tuple[str, bytes] | None:
    added = packs.newest(connection)
    raw = packs.body(connection, added.seq) if added else None
    return (added.digest, raw) if added and raw is not None else None
