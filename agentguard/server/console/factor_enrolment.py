"""Enrolling a console user's factors: an authenticator app, passkeys, and recovery codes."""

from __future__ import annotations

from typing import Any

import segno
from sqlalchemy import Connection

from agentguard.server.console.browsers import browser_of, relying
from agentguard.server.console.second_factor import CODE, PASSKEY, has_factor_in
from agentguard.server.console.site import Asked, Site, field, site_of
from agentguard.server.signin import recovery_codes
from agentguard.server.signin.passkeys import (
    LONGEST,
    Passkey,
    PasskeyRefused,
    Relying,
    challenge_of,
)
from agentguard.server.signin.passwords import slowly
from agentguard.server.store.accounts import pending_sign_ins, people
from agentguard.server.store.factors import one_time_codes, passkeys, recovery
from agentguard.server.store.factors.one_time_codes import CONSOLE
from agentguard.server.store.records import audit


async def offer(request: Asked, name: str, purpose: str, *, app: bool = True) -> dict[str, Any]:
    """Return what the page of enrolment shows.

    Options for a passkey, and a QR code for an `app`.
    """
    site, party = site_of(request), relying(request)

    def make(connection: Connection) -> tuple[str, str]:
        options = ""
        if party.named:
            challenge = pending_sign_ins.ask(connection, f"enrol {purpose}:{name}", site.now())
            options = party.to_register(name, passkeys.of(connection, CONSOLE, name), challenge)
        secret = ""
        if app and not one_time_codes.is_enrolled(connection, CONSOLE, name):
            secret = one_time_codes.pending(connection, site.keys, CONSOLE, name)
        return options, secret

    options, secret = await site.database.write(make)
    return {"passkey": options, "secret": secret, "picture": _picture(name, secret)}


async def confirm(request: Asked, name: str, purpose: str, *, first: bool = False) -> str:
    """Keep the factor that the form confirms; give which, empty when it does not hold.

    The `first` one is kept only while there is none: of two at once, one is. Nothing of an app that
    is confirmed already is judged here, where no try is counted.
    """
    site, party, label = site_of(request), relying(request), browser_of(request)
    answer = await field(request, PASSKEY, LONGEST + 1)
    code = await field(request, CODE, 20)

    def keep(connection: Connection) -> str:
        now, how = site.now(), "passkey" if answer else "totp"
        if first:
            people.alone(connection, name)
        if first and has_factor_in(connection, name):
            return ""
        if answer:
            new = _made(connection, party, answer, owner=f"enrol {purpose}:{name}", now=now)
            kept = new is not None and passkeys.put(
                connection, CONSOLE, name, new, label=label, now=now
            )
        else:
            kept = _app(connection, site, name, code)
        if kept:
            audit.note(connection, now, name, f"{how}.confirmed")
        return how if kept else ""

    return await site.database.write(keep)


def _app(connection: Connection, site: Site, name: str, code: str) -> bool:
    if one_time_codes.is_enrolled(connection, CONSOLE, name):
        return False
    return not one_time_codes.accept(
        connection, site.keys, CONSOLE, name, answer=code, now=site.now()
    )


def _made(
    connection: Connection, party: Relying, answer: str, *, owner: str, now: float
) -> Passkey | None:
    challenge = challenge_of(answer)
    if not pending_sign_ins.take(connection, challenge, owner, now):
        return None
    try:
        return party.registered(answer, challenge)
    except PasskeyRefused:
        return None


async def new_recovery(site: Site, name: str) -> list[str]:
    """Make new recovery codes, which end the old ones; they are seen here and never again."""
    made = [recovery_codes.new_code() for _ in range(recovery_codes.COUNT)]
    salt = recovery_codes.new_salt()
    hashes = [await slowly(recovery_codes.hash_code, one, salt) for one in made]

    def keep(connection: Connection) -> None:
        recovery.put(connection, name, salt, hashes)
        audit.note(connection, site.now(), name, "recovery-codes.made")

    await site.database.write(keep)
    return [recovery_codes.show_code(one) for one in made]


def _picture(name: str, secret: str) -> str:
    if not secret:
        return ""
    made = segno.make(one_time_codes.address(name, secret))
    return str(made.svg_data_uri(scale=5, border=2, dark="#10231f", light="#ffffff"))
