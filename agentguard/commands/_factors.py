"""Tells which second factors work on this computer, for the person who sits here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import AgentGuardError
from agentguard.commands._capabilities import Capability, Standing
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.passkeys import pseudonym
from agentguard.model.gate import Settings
from agentguard.model.messages import Message, say
from agentguard.ports.authenticators import Authenticator, Means
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Absent
from agentguard.runtime.compose_mfa import by_phone

KEYS, REGISTERED, APP = "security-keys", "registered-keys", "authenticator-app"
OFFLINE, PHONE = "offline-codes", "opening-by-phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sits here, what the policy says of the gate, and who tells whether there is an app.

    `app` gives the problem that the endpoint names, `enrolled` where there is one; None when this
    computer is not enrolled. It may raise AgentGuardError.
    """

    user: str
    said: Settings
    folder: Path
    app: Callable[[], str] | None = None


def factors(found: Authenticator | Absent, person: Person, clock: Clock) -> Iterator[Capability]:
    """Yield a row for each factor; nobody is asked for a proof."""
    if isinstance(found, Absent):
        yield Capability(name=KEYS, standing=Standing.ABSENT, reason=found.reason)
    else:
        yield _keys(found.means())
    yield _registered(person)
    yield _app(person)
    left = OfflineCodes(person.folder, clock).left()
    yield _counted(OFFLINE, left, "offline-codes")
    yield _counted(PHONE, by_phone(person.folder, clock).left(), "by-phone")


def _keys(means: Means) -> Capability:
    if means.barred:
        reason = say("cli.doctor.keys-barred", names=", ".join(sorted(means.barred)))
        return Capability(name=KEYS, standing=Standing.DENIED, reason=reason)
    if means.api:
        ready = {True: "hello", False: "no-hello", None: "hello-unknown"}[means.hello]
        standing = Standing.WORKS if means.hello else Standing.PARTLY
        reason = say(f"cli.doctor.{ready}", version=means.api, count=len(means.keys or ()))
        return Capability(name=KEYS, standing=standing, reason=reason)
    reason = say("cli.doctor.keys-plugged", count=len(means.keys or ()))
    return Capability(name=KEYS, standing=Standing.WORKS, reason=reason)


def _registered(person: Person) -> Capability:
    mine = pseudonym(person.said.rp_id, person.user)
    count = sum(key.person == mine for key in person.said.keys)
    return _counted(REGISTERED, count, "registered-keys")


def _app(person: Person) -> Capability:
    if person.app is None:
        return _absent(APP, say("cli.doctor.alone"))
    try:
        problem = person.app()
    except AgentGuardError as error:
        return Capability(name=APP, standing=Standing.FAILED, reason=str(error))
    if problem == "enrolled":
        return Capability(name=APP, standing=Standing.WORKS)
    return _absent(APP, say("cli.doctor.no-app"))


def _counted(name: str, count: int, words: str) -> Capability:
    if not count:
        return _absent(name, say(f"cli.doctor.no-{words}"))
    return Capability(
        name=name, standing=Standing.WORKS, reason=say(f"cli.doctor.{words}", count=count)
    )


def _absent(name: str, reason: Message) -> Capability:
    return Capability(name=name, standing=Standing.ABSENT, reason=reason)
