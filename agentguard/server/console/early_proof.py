"""Proving to be there before the password: whom strangers make wait gets in by this.

A passkey or a recovery code makes the browser known for its person, whose tries are then counted
apart from everybody else's. Neither can be guessed, so nothing here is refused for what others got
wrong: passkeys cost little to judge, and codes are judged one at a time for each place.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets

from litestar import get, post
from sqlalchemy import Connection

from agentguard.server.console import known_browsers, second_factor
from agentguard.server.console.browsers import relying
from agentguard.server.console.gate import SIGN_IN
from agentguard.server.console.sign_in import name_of, sign_in_page
from agentguard.server.console.sign_in_queue import Crowded
from agentguard.server.console.site import Asked, Page, Site, field, page, site_of
from agentguard.server.signin import recovery_codes
from agentguard.server.signin.passkeys import (
    LONGEST,
    PasskeyRefused,
    Relying,
    challenge_of,
    credential_of,
)
from agentguard.server.signin.passwords import slowly
from agentguard.server.store.accounts import pending_sign_ins
from agentguard.server.store.factors import passkeys, proof_limits, recovery, tries
from agentguard.server.store.factors.one_time_codes import CONSOLE
from agentguard.server.store.records import audit

BEFORE = f"{SIGN_IN}/before"
NONCE, UNTIL, MARK = 16, 8, 16  # bytes of a challenge that stands nowhere


@get(BEFORE)
async def show(request: Asked) -> Page:
    """Ask for a passkey, or for a name and a recovery code."""
    return await _page(request, "")


@post(BEFORE)
async def prove(request: Asked) -> Page:
    """Judge what was given; the browser is known from then on, and the password still asked."""
    site = site_of(request)
    answer = await field(request, second_factor.PASSKEY, LONGEST + 1)
    try:
        proved = await (_passkey(request, answer) if answer else _recovered(request))
    except Crowded:
        return await _page(request, site.words.say("console.sign-in.crowded"), 429)
    if proved is None:
        return await _page(request, site.words.say("console.prove.wrong"), 401)
    name, with_ = proved
    said = site.words.say("console.before.done")
    shown = await sign_in_page(request, 200, name, said=said)
    return known_browsers.remember(request, shown, name, hashlib.sha256(with_).hexdigest()[:24])


async def _passkey(request: Asked, answer: str) -> tuple[str, bytes] | None:
    site, party = site_of(request), relying(request)
    return await site.database.write(lambda c: _signed(c, site, party, answer))


def _signed(
    connection: Connection, site: Site, party: Relying, answer: str
) -> tuple[str, bytes] | None:
    """Return whose passkey has signed, and its id; the challenge is used up."""
    challenge, now = challenge_of(answer), site.now()
    until = _until(site, challenge)
    if now >= until:
        return None
    found = passkeys.owner_of(connection, CONSOLE, credential_of(answer))
    if found is None:
        return None
    name, one = found
    try:
        used = party.proved([one], answer, challenge)
    except PasskeyRefused:
        audit.note(connection, now, name, "passkey.refused")
        return None
    if not pending_sign_ins.burn(connection, challenge, until, now) or not passkeys.used(
        connection, used, now
    ):
        return None
    audit.note(connection, now, name, "proved-before", "passkey")
    return name, one.id


async def _recovered(request: Asked) -> tuple[str, bytes] | None:
    site, name, place = site_of(request), await name_of(request), known_browsers.place(request)
    code = recovery_codes.normal(await field(request, second_factor.CODE, 40))
    count = proof_limits.FORE.of(site.limits, place)
    async with site.lanes.turn(f"codes {place}"):
        salt = await site.database.read(lambda c: recovery.salt(c, name))
        hashed = await slowly(recovery_codes.hash_code, code, salt or bytes(recovery_codes.SALT))

        def use(connection: Connection) -> tuple[str, int]:
            now = site.now()
            how = second_factor.use_recovery(
                connection, name, hashed if salt and code else b"", now
            )
            if how:
                audit.note(connection, now, name, "proved-before", how)
                return how, 0
            tries.count_failure(connection, count.key, now, count.rule)
            return "", tries.wait(connection, count.key, now)

        how, pause = await site.database.write(use)
        if pause:
            await asyncio.sleep(site.limits.sign_in_slow)
    return (name, hashed) if how else None


def _challenge(site: Site) -> bytes:
    """Make a challenge that is known again by its mark, so that strangers fill no table."""
    until = int(site.now()) + pending_sign_ins.MINUTES
    head = secrets.token_bytes(NONCE) + until.to_bytes(UNTIL)
    return head + _mark(site, head)


def _until(site: Site, challenge: bytes) -> float:
    """Return until when a challenge is good; 0 for one that was not made here."""
    head, mark = challenge[: NONCE + UNTIL], challenge[NONCE + UNTIL :]
    good = len(mark) == MARK and secrets.compare_digest(_mark(site, head), mark)
    return float(int.from_bytes(head[NONCE:])) if good else 0.0


def _mark(site: Site, head: bytes) -> bytes:
    return bytes.fromhex(site.keys.token(f"proof before the password {head.hex()}"))[:MARK]


async def _page(request: Asked, problem: str, status: int = 200) -> Page:
    site, party = site_of(request), relying(request)
    options = party.to_prove([], _challenge(site)) if party.named else ""
    return await page(request, "before.html", status=status, options=options, problem=problem)


HANDLERS = (show, prove)
