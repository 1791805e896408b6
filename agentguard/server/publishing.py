"""Publishes signed policies and roots: what does not verify is not published.

The endpoint holds public keys only. It can hold a policy back; it can neither write nor change
one, since every agent checks the same signatures again.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from agentguard.errors import UsageError
from agentguard.server.settings import Now
from agentguard.server.store import audit, policies
from agentguard.server.store.database import Database
from agentguard.server.store.policies import EVERYONE, Bundle, Held, Label
from agentguard.texts import load
from agentguard.trust import bundles, dsse, roots

ACTOR = "command line"
RINGS = (1, 10, EVERYONE)
"""Percent of the devices, one after the other."""


class Publisher:
    """Publishes; every step stands in the audit log."""

    def __init__(self, database: Database, now: Now, language: str) -> None:
        self._database = database
        self._now = now
        self._words = load(language)

    def publish_roots(self, chain: bytes) -> int:
        """Publish the roots of a chain that are newer than the newest published; give its version.

        Raises:
            UsageError: they cannot be walked from the newest one that is published.

        """
        given = roots.read_chain(chain)

        def publish(connection: Connection) -> int:
            every = policies.roots(connection)
            newest = roots.walk(roots.read(every[-1]) if every else None, given)
            last, version = policies.root_version(connection), roots.content(newest).version
            for one in given:
                step = roots.content(one).version
                if last < step <= version:
                    policies.put_root(connection, step, dsse.write(one), self._now())
                    audit.note(connection, self._now(), ACTOR, "policy.root-published", str(step))
            return version

        return self._database.run(publish)

    def opened(self, raw: bytes) -> bytes:
        """Give the text of a policy that the newest root's keys signed.

        Raises:
            UsageError: there is no root yet, or the policy is not signed by its keys.

        """
        every = self._database.run(policies.roots)
        if not every:
            raise UsageError(
                self._words.say("server.policy.no-root"),
                self._words.say("server.policy.no-root-advice"),
            )
        return bundles.opened(raw, roots.content(roots.read(every[-1])))

    def newest(self, team: str) -> bytes | None:
        """Give the text of the newest policy for a team, None when there is none."""

        def find(connection: Connection) -> bytes | None:
            own = (b for b in policies.bundles(connection) if b.label.team == team)
            found = next(own, None)
            return None if found is None else policies.body(connection, found.label.digest)

        raw = self._database.run(find)
        return None if raw is None else bundles.read(raw).payload

    def publish(self, raw: bytes, label: Label, percent: int) -> None:
        """Publish a policy for `percent` of the devices.

        Raises:
            UsageError: it does not verify, or is not above every version that was published.

        """
        self.opened(raw)
        self._must_be_ring(percent)

        def put(connection: Connection) -> None:
            above = max((b.rank for b in policies.bundles(connection)), default=(0, 0))
            if (label.epoch, label.version) <= above:
                raise UsageError(
                    self._words.say("server.policy.not-above", epoch=above[0], version=above[1]),
                    self._words.say("server.policy.not-above-advice"),
                )
            policies.put(connection, label, raw, percent, self._now())
            audit.note(connection, self._now(), ACTOR, "policy.published", _named(label, percent))

        self._database.run(put)

    def move(self, team: str, percent: int | None) -> Bundle:
        """Move the newest policy of a team to a ring, None for the next one; give it.

        Raises:
            UsageError: there is none.

        """

        def move(connection: Connection) -> Bundle:
            own = (b for b in policies.bundles(connection) if b.label.team == team)
            found = next(own, None)
            if found is None:
                raise UsageError(self._words.say("server.policy.none", team=team or "*"))
            after = next((r for r in RINGS if r > found.percent), EVERYONE)
            ring = after if percent is None else percent
            self._must_be_ring(ring)
            policies.set_ring(connection, found.label.digest, ring)
            audit.note(connection, self._now(), ACTOR, "policy.moved", _named(found.label, ring))
            return replace(found, percent=ring)

        return self._database.run(move)

    def overview(self) -> tuple[list[Bundle], list[Held]]:
        """Give what was published, and every device with the policy that it has."""
        return self._database.run(lambda c: (policies.bundles(c), policies.held(c)))

    def _must_be_ring(self, percent: int) -> None:
        if not 0 <= percent <= EVERYONE:
            raise UsageError(self._words.say("server.policy.percent"))


def _named(label: Label, percent: int) -> str:
    return f"{label.name} {label.epoch}.{label.version} {label.team or '*'} {percent}%"[:250]
