"""The second factor on a page: what a person may prove with, and whether the answer holds."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Connection

from agentguard.server.console.browsers import relying
from agentguard.server.console.site import Asked, Site, field, site_of
from agentguard.server.passwords import slowly
from agentguard.server.signin import recovery as codes
from agentguard.server.signin.passkeys import LONGEST, PasskeyRefused, Relying, challenge_of
from agentguard.server.store import audit, factors, passing, passkeys, recovery, tries
from agentguard.server.store.factors import CONSOLE

LOG = logging.getLogger(__name__)
CODE, PASSKEY = "proof_code", "proof_passkey"
"""The form's fields; no other form has fields of these names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a person may prove with; `passkey` holds the options for the browser, or is empty."""

    passkey: str
    totp: bool
    recovery: bool

    @property
    def nothing(self) -> bool:
        """Tell whether there is no factor at all."""
        return not (self.passkey or self.totp or self.recovery)


async def has_factor(site: Site, name: str) -> bool:
    """Tell whether a person has a second factor."""
    return await site.database.read(
        lambda c: (
            factors.enrolled(c, CONSOLE, name)
            or bool(passkeys.of(c, CONSOLE, name))
            or recovery.left(c, name) > 0
        )
    )


async def offer(request: Asked, name: str, purpose: str) -> Offer:
    """Give what a person may prove with; the challenge is good once, and for `purpose` alone."""
    site, party = site_of(request), relying(request)

    def look(connection: Connection) -> Offer:
        known = [one for one in passkeys.of(connection, CONSOLE, name) if one.rp == party.rp]
        options = ""
        if known:
            challenge = passing.ask(connection, f"{purpose}:{name}", site.now())
            options = party.to_prove(known, challenge)
        return Offer(
            passkey=options,
            totp=factors.enrolled(connection, CONSOLE, name),
            recovery=recovery.left(connection, name) > 0,
        )

    return await site.database.write(look)


async def judge(request: Asked, name: str, purpose: str) -> str:
    """Judge a form's answer; give by what it was proved, empty when it was not."""
    site = site_of(request)
    answer = await field(request, PASSKEY, LONGEST + 1)
    if answer:
        party = relying(request)
        return await site.database.write(lambda c: _passkey(c, site, party, name, purpose, answer))
    typed = await field(request, CODE, 40)
    if codes.normal(typed):
        return await _recovered(site, name, codes.normal(typed))
    return await site.database.write(lambda c: _totp(c, site, name, typed))


def _passkey(
    connection: Connection, site: Site, party: Relying, name: str, purpose: str, answer: str
) -> str:
    challenge, now = challenge_of(answer), site.now()
    if not passing.take(connection, challenge, f"{purpose}:{name}", now):
        return ""
    known = passkeys.of(connection, CONSOLE, name)
    try:
        used = party.proved(known, answer, challenge)
    except PasskeyRefused:
        audit.note(connection, now, name, "passkey.refused")
        return ""
    return "passkey" if passkeys.used(connection, used, now) else ""


def _totp(connection: Connection, site: Site, name: str, typed: str) -> str:
    if not factors.enrolled(connection, CONSOLE, name):
        return ""
    now = site.now()
    problem = factors.accept(connection, site.keys, CONSOLE, name, answer=typed, now=now)
    return "" if problem else "totp"


async def _recovered(site: Site, name: str, code: str) -> str:
    salt = await site.database.read(lambda c: recovery.salt(c, name))
    if not salt:
        return ""
    hashed = await slowly(codes.hashed, code, salt)

    def use(connection: Connection) -> bool:
        now = site.now()
        if not recovery.use(connection, name, hashed, now):
            return False
        audit.note(connection, now, name, "recovery-code.used")
        return True

    if not await site.database.write(use):
        return ""
    LOG.warning("a recovery code was used at the console")
    return "recovery"


def patience(site: Site) -> tries.Rule:
    """Give the rule of an account's waits."""
    limits = site.limits
    return tries.Rule(
        tries=limits.sign_in_tries, wait=limits.sign_in_wait, most=limits.sign_in_wait_most
    )


def key_of(name: str) -> str:
    """Give the key under which a person's wrong tries are counted."""
    return f"sign-in:{name}"[:250]


async def waits(site: Site, *keys: str) -> int:
    """Give the seconds that must be waited; 0 for none."""
    return await site.database.read(lambda c: max(tries.wait(c, k, site.now()) for k in keys))


async def failed(site: Site, name: str) -> int:
    """Count a wrong second factor; give the seconds of the wait that follows."""

    def note(connection: Connection) -> int:
        now = site.now()
        audit.note(connection, now, name, "second-factor.refused")
        return tries.failed(connection, key_of(name), now, patience(site))

    return await site.database.write(note)
