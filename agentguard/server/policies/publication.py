"""Publishes signed policies and roots: what does not verify is not published.

The endpoint holds public keys only. It can hold a policy back; it can neither write nor change
one, since every agent checks the same signatures again.

Agents take nothing at or below the highest version that they took, so that nobody can hand an old
policy on again. Going back is therefore to publish the earlier text as a higher version, signed
where the keys are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from agentguard.base.errors import PolicyError, UsageError
from agentguard.base.translations import Texts, load
from agentguard.model.policy import Policy
from agentguard.server.policy_reader import Reading
from agentguard.server.settings import Now
from agentguard.server.store.desks import policies
from agentguard.server.store.desks.policies import EVERYONE, Bundle, Held, Label
from agentguard.server.store.engine.database import Database
from agentguard.server.store.records import audit
from agentguard.trust import bundles, dsse, roots

ACTOR = "command line"
RINGS = (1, 10, EVERYONE)
"""Percent of the devices, one after the other."""
_VERSION = re.compile(rb"^(version:[ \t]*)\d+", re.MULTILINE)
_EPOCH = re.compile(rb"^([ \t]+epoch:[ \t]*)\d+", re.MULTILINE)
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A policy that may be published, beside the one that the desks of its team have before.

    `loosened` are the paths under which it asks for less, as it says of itself that it may.
    """

    raw: bytes
    policy: Policy
    before: Policy | None
    loosened: tuple[str, ...]

    @property
    def label(self) -> Label:
        """What is known of it without reading it."""
        release = self.policy.release
        return Label(
            digest=self.policy.digest,
            name=self.policy.name,
            epoch=release.epoch,
            version=self.policy.version,
            team=release.group,
        )

    @property
    def over(self) -> str:
        """The digest of the policy that it follows, empty for none."""
        return self.before.digest if self.before else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """The rules of publishing, within a transaction; each step stands in the audit log."""

    words: Texts
    actor: str
    at: float

    def judged(
        self, connection: Connection, raw: bytes, source: str, reading: Reading
    ) -> Candidate:
        """Return a policy that may be published; `source` names it in problems.

        Raises:
            UsageError: it is not signed by the newest root's keys, is no policy, is not above all
                that was published, or asks for less without saying so.

        """
        policy = reading.parse(self.opened(connection, raw), source)
        text = text_of(connection, followed(connection, policy.release.group))
        before = None if text is None else reading.parse(text, "published")
        points = reading.weaker(before, policy) if before else ()
        made = Candidate(raw=raw, policy=policy, before=before, loosened=points)
        self._must_be_above(connection, made.label)
        if points and not policy.release.loosens:
            raise UsageError(
                self.words.say("server.policy.weaker", points=", ".join(points)),
                self.words.say("policy.rejected-advice.weaker"),
            )
        return made

    def opened(self, connection: Connection, raw: bytes) -> bytes:
        """Return the text of a policy that the newest root's keys signed.

        Raises:
            UsageError: there is no root yet, or the policy is not signed by its keys.

        """
        every = policies.roots(connection)
        if not every:
            raise UsageError(
                self.words.say("server.policy.no-root"),
                self.words.say("server.policy.no-root-advice"),
            )
        return bundles.opened(raw, roots.content(roots.read(every[-1])))

    def publish(self, connection: Connection, raw: bytes, label: Label, percent: int) -> None:
        """Publish a policy that was opened, for `percent` of the devices.

        Raises:
            UsageError: it is not above every version that was published, or there is no such ring.

        """
        self._must_be_ring(percent)
        self._must_be_above(connection, label)
        policies.put(connection, label, raw, percent, self.at)
        about = _named(label, percent)
        audit.note(connection, self.at, self.actor, "policy.published", about)

    def move(self, connection: Connection, team: str, percent: int | None) -> Bundle:
        """Move the newest policy of a team to a ring, None for the next one; give it.

        Raises:
            UsageError: there is none.

        """
        found = newest(connection, team)
        if found is None:
            raise UsageError(self.words.say("server.policy.none", team=team or "*"))
        ring = following(found.percent) if percent is None else percent
        self._must_be_ring(ring)
        policies.set_ring(connection, found.label.digest, ring)
        about = _named(found.label, ring)
        audit.note(connection, self.at, self.actor, "policy.moved", about)
        return replace(found, percent=ring)

    def _must_be_above(self, connection: Connection, label: Label) -> None:
        above = max((b.rank for b in policies.bundles(connection)), default=(0, 0))
        if (label.epoch, label.version) <= above:
            raise UsageError(
                self.words.say("server.policy.not-above", epoch=above[0], version=above[1]),
                self.words.say("server.policy.not-above-advice"),
            )

    def _must_be_ring(self, percent: int) -> None:
        if not 0 <= percent <= EVERYONE:
            raise UsageError(self.words.say("server.policy.percent"))


def newest(connection: Connection, team: str) -> Bundle | None:
    """Return the newest policy for a team, None when there is none."""
    return next((b for b in policies.bundles(connection) if b.label.team == team), None)


def followed(connection: Connection, team: str) -> Bundle | None:
    """Return the policy that one for this team follows: its newest, else the newest for all teams.

    A desk has that one, and refuses what asks for less than it without saying so.
    """
    return newest(connection, team) or newest(connection, "")


def text_of(connection: Connection, bundle: Bundle | None) -> bytes | None:
    """Return the text of a policy that was published."""
    raw = None if bundle is None else policies.body(connection, bundle.label.digest)
    return None if raw is None else bundles.read(raw).payload


def following(percent: int) -> int:
    """Return the next ring after one."""
    return next((ring for ring in RINGS if ring > percent), EVERYONE)


class Publisher:
    """Publishes at the endpoint's own machine."""

    def __init__(self, database: Database, now: Now, language: str) -> None:
        self._database = database
        self._now = now
        self._words = load(language)

    @property
    def _rules(self) -> Publishing:
        return Publishing(words=self._words, actor=ACTOR, at=self._now())

    def publish_roots(self, chain: bytes) -> int:
        """Publish the roots of a chain that are newer than the newest published; give its version.

        Raises:
            UsageError: they cannot be walked from the newest one that is published.

        """
        given = roots.read_chain(chain)

        def publish(connection: Connection) -> int:
            every = policies.roots(connection)
            newest_root = roots.walk(roots.read(every[-1]) if every else None, given)
            last, version = policies.root_version(connection), roots.content(newest_root).version
            for one in given:
                step = roots.content(one).version
                if last < step <= version:
                    policies.put_root(connection, step, dsse.write(one), self._now())
                    audit.note(connection, self._now(), ACTOR, "policy.root-published", str(step))
            return version

        return self._database.run(publish)

    def judged(self, raw: bytes, source: str, reading: Reading) -> Candidate:
        """Return a policy that may be published; `Publishing.judged` says when it may not."""
        return self._database.run(lambda c: self._rules.judged(c, raw, source, reading))

    def newest(self, team: str) -> bytes | None:
        """Return the text of the newest policy for a team, None when there is none."""
        return self._database.run(lambda c: text_of(c, newest(c, team)))

    def publish(self, raw: bytes, label: Label, percent: int) -> None:
        """Publish a policy for `percent` of the devices.

        Raises:
            UsageError: it does not verify, or is not above every version that was published.

        """

        def put(connection: Connection) -> None:
            policies.alone(connection)
            self._rules.opened(connection, raw)
            self._rules.publish(connection, raw, label, percent)

        self._database.run(put)

    def move(self, team: str, percent: int | None) -> Bundle:
        """Move the newest policy of a team to a ring, None for the next one; give it."""

        def move(connection: Connection) -> Bundle:
            policies.alone(connection)
            return self._rules.move(connection, team, percent)

        return self._database.run(move)

    def overview(self) -> tuple[list[Bundle], list[Held]]:
        """Return what was published, and every device with the policy that it has."""
        return self._database.run(lambda c: (policies.bundles(c), policies.held(c)))


def _named(label: Label, percent: int) -> str:
    return f"{label.name} {label.epoch}.{label.version} {label.team or '*'} {percent}%"


def text_again(text: bytes, rank: tuple[int, int], reading: Reading, words: Texts) -> bytes:
    """Return a policy's text with an epoch and a version, and above it what to do with it.

    Where the text says them in a way that is not known here, it stays as it is, and says so.
    """
    epoch, version = rank
    plain = text.removeprefix(_MARK)
    made = _VERSION.sub(rb"\g<1>%d" % version, plain, count=1)
    made = _EPOCH.sub(rb"\g<1>%d" % epoch, made, count=1)
    well = _rank(made, reading) == rank
    said = words.say(
        "console.policies.again-head" if well else "console.policies.again-head-by-hand",
        version=version,
        epoch=epoch,
    )
    head = "".join(f"# {line}\n" for line in said.splitlines())
    return head.encode() + (made if well else plain)


def _rank(text: bytes, reading: Reading) -> tuple[int, int] | None:
    try:
        policy = reading.parse(text, "policy")
    except PolicyError:
        return None
    return policy.release.epoch, policy.version
