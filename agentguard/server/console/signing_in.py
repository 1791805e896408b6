"""Signing in and out: a password (Argon2id) first, then always a second factor.

Wrong tries make the account and the address wait, longer each time. An unknown name costs the
same time as a known one. Only after the second factor does a session begin, under a new id.
"""

from __future__ import annotations

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server import passwords
from agentguard.server.console import second
from agentguard.server.console.browsers import cookie, gone
from agentguard.server.console.gate import SIGN_IN
from agentguard.server.console.site import Asked, Page, Site, back, field, page, site_of, visitor_of
from agentguard.server.patience import origin
from agentguard.server.store import audit, passing, people, tries

STEP = "step"  # the cookie of a sign-in that waits for its second factor
LONGEST = 1000  # characters of a password
NAME = 100  # characters of a name, also when its letters were made small: ß becomes ss


@get(SIGN_IN)
async def show(request: Asked) -> Page:
    """Show the sign-in page."""
    return await _page(request, 200, "", "")


@post(SIGN_IN)
async def sign_in(request: Asked) -> Page | Redirect:
    """Judge the password, and go on to the second factor."""
    site = site_of(request)
    name = (await field(request, "name", NAME)).strip().casefold()[:NAME]
    keys = second.key_of(name), address_key(request)
    wait = await second.waits(site, *keys)
    if wait:
        return await _page(request, 401, name, site.words.say("console.sign-in.wait", seconds=wait))
    if not await _password(site, name, await field(request, "password", LONGEST)):
        wait = await site.database.write(lambda c: _failed(c, site, keys))
        id_ = "console.sign-in.wait" if wait else "console.sign-in.wrong"
        return await _page(request, 401, name, site.words.say(id_, seconds=wait))
    token = await site.database.write(lambda c: passing.begin(c, name, site.now()))
    answer = back(f"{SIGN_IN}/second")
    answer.set_cookie(cookie(site, token, STEP, seconds=passing.MINUTES))
    return answer


@post("/sign-out")
async def sign_out(request: Asked) -> Redirect:
    """End the session."""
    site, visitor = site_of(request), visitor_of(request)
    await site.database.write(lambda c: people.end(c, visitor.token))
    answer = back(SIGN_IN)
    answer.set_cookie(gone(site))
    return answer


def address_key(request: Asked) -> str:
    """Give the key under which wrong tries from a place of the network are counted."""
    client = request.client
    return f"address:{origin(client.host) if client else ''}"


def address_patience(site: Site) -> tries.Rule:
    """Give the rule of an address's waits: many people may sit behind one."""
    limits = site.limits
    return tries.Rule(
        tries=limits.sign_in_tries * 4, wait=limits.sign_in_wait, most=limits.sign_in_wait_most
    )


async def _page(request: Asked, status: int, name: str, problem: str) -> Page:
    provider = site_of(request).provider
    return await page(
        request,
        "sign_in.html",
        status=status,
        problem=problem,
        name=name,
        company=provider.company.label if provider else "",
    )


async def _password(site: Site, name: str, password: str) -> bool:
    account = await site.database.read(lambda c: people.account(c, name))
    return await passwords.slowly(passwords.right, account.password if account else "", password)


def _failed(connection: Connection, site: Site, keys: tuple[str, str]) -> int:
    audit.note(connection, site.now(), keys[0], "sign-in.refused")
    return max(
        tries.failed(connection, keys[0], site.now(), second.patience(site)),
        tries.failed(connection, keys[1], site.now(), address_patience(site)),
    )


HANDLERS = (show, sign_in, sign_out)
