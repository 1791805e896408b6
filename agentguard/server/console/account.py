"""A console user's own factors and sessions; a change wants a fresh proof, one factor must stay."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.base.languages import SPOKEN
from agentguard.server import zoned
from agentguard.server.console import clocks, factor_enrolment, fresh_proof, spoken
from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.site import (
    Asked,
    Page,
    Site,
    back,
    field,
    page,
    permitted,
    site_of,
    visitor_of,
)
from agentguard.server.roles import Right
from agentguard.server.signin import passwords, weak_passwords
from agentguard.server.store.accounts import people, sessions
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.factors import one_time_codes, passkeys, recovery
from agentguard.server.store.factors.one_time_codes import CONSOLE
from agentguard.server.store.records import audit
from agentguard.server.store.reports import notices

ACCOUNT = "/account"
PASSKEY = "passkey"
TOTP = "totp"
LONGEST = 1000  # characters of a password
TYPED = frozenset({"console.notices.wrong", "console.zone.unknown"})
"""Refusals of what was typed and is no secret: it stands in its field again."""


@get(ACCOUNT)
async def show(request: Asked) -> Page:
    """Show the person's factors and sessions."""
    return await _page(request)


@post(ACCOUNT + "/passkey")
async def add_passkey(request: Asked) -> Page:
    """Keep a new passkey."""
    asked = await ask_first(request)
    if asked is not None:
        return asked
    how = await factor_enrolment.confirm(request, visitor_of(request).name, _purpose(request))
    said = "console.account.passkey-done" if how == PASSKEY else "console.enrol.wrong"
    return await _page(request, said=said)


@post(ACCOUNT + "/passkey/{id_:str}/forget")
async def forget_passkey(request: Asked, id_: FromPath[str]) -> Page | Redirect:
    """Take a passkey away."""
    asked = await ask_first(request)
    return asked if asked is not None else await _forget(request, PASSKEY, id_)


@post(ACCOUNT + "/totp")
async def begin(request: Asked) -> Page:
    """Make a secret and show it as a QR code; it counts once confirmed."""
    asked = await ask_first(request)
    return asked if asked is not None else await _page(request, app=True)


@post(ACCOUNT + "/totp/confirm")
async def confirm(request: Asked) -> Page:
    """Confirm the secret by a code."""
    asked = await ask_first(request)
    if asked is not None:
        return asked
    how = await factor_enrolment.confirm(request, visitor_of(request).name, _purpose(request))
    if how != TOTP:
        return await _page(request, said="console.account.wrong", app=True)
    return await _page(request, said="console.account.done")


@post(ACCOUNT + "/totp/forget")
async def forget_app(request: Asked) -> Page | Redirect:
    """Take the authenticator app away."""
    asked = await ask_first(request)
    return asked if asked is not None else await _forget(request, TOTP, "")


@post(ACCOUNT + "/recovery")
async def renew(request: Asked) -> Page:
    """Make new recovery codes and show them, this once."""
    asked = await ask_first(request)
    if asked is not None:
        return asked
    made = await factor_enrolment.new_recovery(site_of(request), visitor_of(request).name)
    return await page(request, "recovery.html", codes=made, first=False)


@post(ACCOUNT + "/password")
async def change_password(request: Asked) -> Page:
    """Change the password, and end the person's other sessions."""
    asked = await ask_first(request)
    if asked is not None:
        return asked
    site, visitor = site_of(request), visitor_of(request)
    new = await field(request, fresh_proof.HIDDEN, LONGEST)
    wrong = weak_passwords.problem(new, [visitor.name]) or (
        "" if await _local(site, visitor.name) else "short"
    )
    if wrong:
        return await _page(request, said=f"console.account.password-{wrong}")
    hashed = await passwords.slowly(passwords.hash_password, new)

    def change(connection: Connection) -> None:
        people.set_password(connection, visitor.name, hashed)
        sessions.end_all(connection, visitor.name, but=visitor.token)
        audit.note(connection, site.now(), visitor.name, "password.changed", visitor.name)

    await site.database.write(change)
    return await _page(request, said="console.account.password-done")


@post(ACCOUNT + "/session/{id_:str}/end")
async def end(request: Asked, id_: FromPath[str]) -> Redirect:
    """End one of the person's other sessions, or all of them."""
    site, visitor = site_of(request), visitor_of(request)

    def stop(connection: Connection) -> None:
        if id_ == "others":
            sessions.end_all(connection, visitor.name, but=visitor.token)
        else:
            sessions.end_one(connection, visitor.name, id_)
        audit.note(connection, site.now(), visitor.name, "session.ended", visitor.name)

    await site.database.write(stop)
    return back(ACCOUNT)


async def _forget(request: Asked, what: str, id_: str) -> Page | Redirect:
    """Take a factor away unless it is the last one."""
    site, visitor = site_of(request), visitor_of(request)

    def forget(connection: Connection) -> bool:
        name = visitor.name
        have = len(passkeys.of(connection, CONSOLE, name))
        if have + one_time_codes.is_enrolled(connection, CONSOLE, name) <= 1:
            return False
        if what == PASSKEY:
            passkeys.forget(connection, CONSOLE, name, id_)
        else:
            one_time_codes.forget(connection, CONSOLE, name)
        audit.note(connection, site.now(), name, f"{what}.forgotten", name)
        return True

    if await site.database.write(forget):
        return back(ACCOUNT)
    return await _page(request, said="console.account.last")


async def _local(site: Site, name: str) -> bool:
    """Check whether the person has a password here, and is not signed in by the company alone."""
    account = await site.database.read(lambda c: people.account(c, name))
    return account is not None and account.password != ""


@post(ACCOUNT + "/notices")
async def notice(request: Asked) -> Page | Redirect:
    """Say where the person is told by mail of what waits, or nowhere."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    if (asked := await ask_first(request)) is not None:
        return asked
    mail, every = (await field(request, "mail", 250)).strip(), await field(request, "minutes")
    minutes = int(every) if every in set(map(str, notices.MINUTES)) else 0

    def put(connection: Connection) -> bool:
        done = notices.put(connection, visitor.name, mail, minutes)
        if done:
            audit.note(connection, site.now(), visitor.name, "notices.set")
        return done

    if await site.database.write(put):
        return back(ACCOUNT)
    return await _page(request, said="console.notices.wrong")


@post(ACCOUNT + "/language")
async def speak(request: Asked) -> Redirect:
    """Keep the language that the person chose; one that is not spoken here changes nothing."""
    site, visitor = site_of(request), visitor_of(request)
    wish = await field(request, "language", 16)
    if spoken.known(wish):
        await site.database.write(lambda c: people.put_language(c, visitor.name, wish))
    return back(ACCOUNT)


@post(ACCOUNT + "/zone")
async def keep_clock(request: Asked) -> Page | Redirect:
    """Keep the clock that the person chose; empty for the one that the browser tells."""
    site, visitor = site_of(request), visitor_of(request)
    wish = (await field(request, "zone", zoned.LONGEST_NAME)).strip()
    if not clocks.known(wish):
        return await _page(request, said="console.zone.unknown")
    await site.database.write(lambda c: people.put_zone(c, visitor.name, wish))
    return back(ACCOUNT)


def _purpose(request: Asked) -> str:
    return f"account {sessions.id_of(visitor_of(request).token)}"


async def _page(request: Asked, *, said: str = "", app: bool = False) -> Page:
    site, visitor = site_of(request), visitor_of(request)
    offered = await factor_enrolment.offer(request, visitor.name, _purpose(request), app=app)
    return await page(
        request,
        "account.html",
        said=site.words.say(said, count=weak_passwords.LEAST) if said else "",
        refused=said in TYPED,
        local=await _local(site, visitor.name),
        least=weak_passwords.LEAST,
        languages=SPOKEN,
        zones=sorted(zoned.zones()),
        own=sessions.id_of(visitor.token),
        fresh=0 <= site.now() - visitor.proved_at < site.limits.proof_fresh,
        **offered,
        **await site.database.read(lambda c: _held(c, site, visitor)),
    )


def _held(connection: Connection, site: Site, visitor: Visitor) -> dict[str, Any]:
    name = visitor.name
    return {
        "enrolled": one_time_codes.is_enrolled(connection, CONSOLE, name),
        "passkeys": passkeys.list_passkeys(connection, CONSOLE, name),
        "codes_left": recovery.left(connection, name),
        "sessions": sessions.of(connection, name, site.now(), site.limits),
        "wish": notices.wish(connection, name),
        "minutes": notices.MINUTES,
    }


HANDLERS = (
    show,
    add_passkey,
    forget_passkey,
    begin,
    confirm,
    forget_app,
    renew,
    change_password,
    end,
    notice,
    speak,
    keep_clock,
)
