"""Adds signed catalogues of software: what does not verify, or is not newer, is not added.

Desks check the same signatures again; the endpoint can hold a catalogue back, and not change it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from agentguard.base.errors import PolicyRejected
from agentguard.server.settings import Now
from agentguard.server.store.desks import policies
from agentguard.server.store.engine import times
from agentguard.server.store.engine.database import Database
from agentguard.server.store.records import audit
from agentguard.server.store.software import packs
from agentguard.server.store.software.packs import Added, Present
from agentguard.software import pack, shipped
from agentguard.software.document import Contents
from agentguard.trust import roots, signed_packs
from agentguard.trust.refusal import pack_rejected
from agentguard.trust.roots import Root

ACTOR = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A catalogue that may be added."""

    raw: bytes
    digest: str
    contents: Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """The rules of adding, within a transaction, by a person at a time (seconds since 1970)."""

    actor: str
    at: float

    def judged(self, connection: Connection, raw: bytes) -> Candidate:
        """Return a catalogue that may be added.

        Raises:
            PackRejected: it is not signed by the newest root's keys, is damaged or of another
                format, tells of a day to come, or is not newer than what is known here.

        """
        packed = signed_packs.opened(raw, _root(connection))
        made = pack.opened(packed)
        today = times.day(self.at)
        if (day := pack.from_the_future(made, today)) is not None:
            raise pack_rejected("future", day=day.isoformat())
        digest, newest = pack.digest(packed), packs.newest(connection)
        if newest is not None and newest.seq == made.seq and newest.digest != digest:
            raise pack_rejected("other", seq=made.seq)
        known = max(newest.seq if newest else 0, shipped.seq())
        if made.seq <= known:
            raise pack_rejected("older", seq=made.seq, known=known)
        return Candidate(raw=raw, digest=digest, contents=made)

    def add(self, connection: Connection, raw: bytes) -> Candidate:
        """Add a catalogue, judged by what holds at this moment; it stands in the audit log.

        Raises:
            PackRejected: it may not be added.

        """
        policies.alone(connection)
        made = self.judged(connection, raw)
        seq = made.contents.seq
        added = Added(seq=seq, digest=made.digest, at=self.at, by=self.actor)
        packs.put(connection, added, raw)
        audit.note(connection, self.at, self.actor, "catalogue.added", str(seq))
        return made


class CatalogueShelf:
    """Adds and shows at the endpoint's own machine."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    def add(self, raw: bytes) -> Candidate:
        """Add a catalogue; `Adding.judged` says when it may not be."""
        adding = Adding(actor=ACTOR, at=self._now())
        return self._database.run(lambda c: adding.add(c, raw))

    def present(self) -> Present:
        """Return the catalogue that is in force here."""
        return self._database.run(packs.in_force)


def _root(connection: Connection) -> Root:
    every = policies.roots(connection)
    if not every:
        raise pack_rejected("no-root")
    try:
        return roots.content(roots.read(every[-1]))
    except PolicyRejected:
        raise pack_rejected("trust-damaged") from None
