"""The second factor on a page: what a person may prove with, and whether the answer holds.

Each kind has a count of its own, and each answer is counted before it is judged, in the transaction
that judges it or in one before. A right one is never refused for what somebody else got wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from agentguard.server.console import known_browsers
from agentguard.server.console.browsers import relying
from agentguard.server.console.site import Asked, Site, field, site_of
from agentguard.server.signin import recovery_codes
from agentguard.server.signin.passkeys import LONGEST, PasskeyRefused, Relying, challenge_of
from agentguard.server.signin.passwords import slowly
from agentguard.server.store.accounts import pending_sign_ins
from agentguard.server.store.factors import one_time_codes, passkeys, proof_limits, recovery, tries
from agentguard.server.store.factors.one_time_codes import CONSOLE
from agentguard.server.store.factors.tries import Count
from agentguard.server.store.records import audit

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
        """Check whether there is no factor at all."""
        return not (self.passkey or self.totp or self.recovery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who is to prove, and what for; `purpose` names one sign-in or one session and nothing else.

    `code` counts the one-time codes.
    """

    name: str
    purpose: str
    code: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """By what it was proved, empty when it was not; `wait` are seconds until the next answer."""

    how: str = ""
    wait: int = 0


def signing_in(request: Asked, name: str, purpose: str) -> Asking:
    """Return who is asked at a sign-in: codes count by browser where it is known, else by name."""
    limits, browser = site_of(request).limits, known_browsers.browser(request, name)
    code = proof_limits.of_code(limits, name, browser=browser)
    return Asking(name=name, purpose=purpose, code=code)


def stepping_up(request: Asked, name: str, purpose: str) -> Asking:
    """Return who is asked before a dangerous act: codes count by session."""
    code = proof_limits.STEP_UP.of(site_of(request).limits, purpose)
    return Asking(name=name, purpose=purpose, code=code)


def has_factor_in(connection: Connection, name: str) -> bool:
    """Check whether a person has a second factor."""
    return (
        one_time_codes.is_enrolled(connection, CONSOLE, name)
        or bool(passkeys.of(connection, CONSOLE, name))
        or recovery.left(connection, name) > 0
    )


async def has_factor(site: Site, name: str) -> bool:
    """Check whether a person has a second factor."""
    return await site.database.read(lambda c: has_factor_in(c, name))


async def offer(request: Asked, name: str, purpose: str) -> Offer:
    """Return what a person may prove with; the challenge is good once, and for `purpose` alone."""
    site, party = site_of(request), relying(request)

    def look(connection: Connection) -> Offer:
        held = [one for one in passkeys.of(connection, CONSOLE, name) if one.rp == party.rp]
        options = ""
        if held:
            challenge = pending_sign_ins.ask(connection, f"{purpose}:{name}", site.now())
            options = party.to_prove(held, challenge)
        return Offer(
            passkey=options,
            totp=one_time_codes.is_enrolled(connection, CONSOLE, name),
            recovery=recovery.left(connection, name) > 0,
        )

    return await site.database.write(look)


async def judge(request: Asked, asking: Asking) -> Judged:
    """Judge a form's answer, unless its kind must wait."""
    site, limits = site_of(request), site_of(request).limits
    answer = await field(request, PASSKEY, LONGEST + 1)
    if answer:
        party = relying(request)
        counts = [proof_limits.PASSKEY.of(limits, asking.purpose)]
        return await _at_once(
            site, asking, counts, lambda c: _passkey(c, site, party, asking, answer)
        )
    typed = await field(request, CODE, 40)
    if recovery_codes.normal(typed):
        return await _recovered(site, asking, recovery_codes.normal(typed))
    return await _at_once(site, asking, [asking.code], lambda c: _totp(c, site, asking.name, typed))


async def _at_once(
    site: Site, asking: Asking, counts: list[Count], prove: Callable[[Connection], str]
) -> Judged:
    """Look, count and judge in one transaction."""

    def act(connection: Connection) -> Judged:
        now = site.now()
        wait = tries.reserve(connection, counts, now)
        if wait:
            return Judged(wait=wait)
        how = prove(connection)
        return _settled(connection, asking, counts, how, now)

    return await site.database.write(act)


def _settled(
    connection: Connection, asking: Asking, counts: list[Count], how: str, now: float
) -> Judged:
    """Forgive a reserved try that was right; write down one that was not."""
    if how:
        tries.forgive(connection, counts)
        return Judged(how=how)
    audit.note(connection, now, asking.name, "second-factor.refused")
    return Judged(wait=tries.after(connection, counts, now))


def _passkey(
    connection: Connection, site: Site, party: Relying, asking: Asking, answer: str
) -> str:
    challenge, now, name = challenge_of(answer), site.now(), asking.name
    if not pending_sign_ins.take(connection, challenge, f"{asking.purpose}:{name}", now):
        return ""
    held = passkeys.of(connection, CONSOLE, name)
    try:
        used = party.proved(held, answer, challenge)
    except PasskeyRefused:
        audit.note(connection, now, name, "passkey.refused")
        return ""
    return "passkey" if passkeys.used(connection, used, now) else ""


def _totp(connection: Connection, site: Site, name: str, typed: str) -> str:
    if not one_time_codes.is_enrolled(connection, CONSOLE, name):
        return ""
    now = site.now()
    problem = one_time_codes.accept(connection, site.keys, CONSOLE, name, answer=typed, now=now)
    return "" if problem else "totp"


async def _recovered(site: Site, asking: Asking, code: str) -> Judged:
    """Count a recovery code, hash it outside of any transaction, and use it up."""
    counts = [proof_limits.RECOVERY.of(site.limits, asking.purpose)]

    def begin(connection: Connection) -> tuple[int, bytes]:
        return tries.reserve(connection, counts, site.now()), recovery.salt(connection, asking.name)

    wait, salt = await site.database.write(begin)
    if wait:
        return Judged(wait=wait)
    hashed = await slowly(recovery_codes.hash_code, code, salt) if salt else b""
    return await site.database.write(
        lambda c: _settled(
            c, asking, counts, use_recovery(c, asking.name, hashed, site.now()), site.now()
        )
    )


def use_recovery(connection: Connection, name: str, hashed: bytes, now: float) -> str:
    """Use a recovery code up; empty when it is none of this person's, or used."""
    if not hashed or not recovery.use(connection, name, hashed, now):
        return ""
    audit.note(connection, now, name, "recovery-code.used")
    LOG.warning("a recovery code was used at the console")
    return "recovery"
