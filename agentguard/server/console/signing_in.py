"""Signing in and out: password (Argon2id), then a one-time code where one is enrolled.

Wrong tries make the account and the address wait, longer each time. An unknown name costs the
same time as a known one.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server import passwords
from agentguard.server.console.gate import SIGN_IN
from agentguard.server.console.site import Asked, Page, Site, back, field, page, site_of, visitor_of
from agentguard.server.store import audit, factors, people, tries

# Two at a time: four would stop everything else for seconds on a small machine.
_WORKERS = ThreadPoolExecutor(2, thread_name_prefix="server-password")
LONGEST = 1000  # characters of a password


@get(SIGN_IN)
async def show(request: Asked) -> Page:
    """Show the sign-in page."""
    return await page(request, "sign_in.html", problem="", name="")


@post(SIGN_IN)
async def sign_in(request: Asked) -> Page | Redirect:
    """Sign in, or say why not."""
    site = site_of(request)
    name = (await field(request, "name", 100)).strip().casefold()
    keys = _keys(request, name)
    wait = await site.database.read(lambda c: max(tries.wait(c, k, site.now()) for k in keys))
    if wait:
        return await _again(request, name, site.words.say("console.sign-in.wait", seconds=wait))
    right = await _password(site, name, await field(request, "password", LONGEST))
    code = await field(request, "code", 20)
    token = await site.database.write(lambda c: _begin(c, site, name, code) if right else "")
    if not token:
        wait = await site.database.write(lambda c: _failed(c, site, keys))
        id_ = "console.sign-in.wait" if wait else "console.sign-in.wrong"
        return await _again(request, name, site.words.say(id_, seconds=wait))
    await site.database.write(lambda c: tries.forgive(c, keys[0]))
    answer = back("/")
    answer.set_cookie(_cookie(site, token))
    return answer


@post("/sign-out")
async def sign_out(request: Asked) -> Redirect:
    """End the session."""
    site, visitor = site_of(request), visitor_of(request)
    await site.database.write(lambda c: people.end(c, visitor.token))
    answer = back(SIGN_IN)
    answer.delete_cookie(site.cookie)
    return answer


def _keys(request: Asked, name: str) -> tuple[str, str]:
    client = request.client
    return f"sign-in:{name}", f"address:{client.host if client else ''}"


async def _again(request: Asked, name: str, problem: str) -> Page:
    return await page(request, "sign_in.html", status=401, problem=problem, name=name)


async def _password(site: Site, name: str, password: str) -> bool:
    account = await site.database.read(lambda c: people.account(c, name))
    stored = account.password if account else ""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_WORKERS, passwords.right, stored, password)


def _begin(connection: Connection, site: Site, name: str, code: str) -> str:
    """Begin a session after the second factor; empty when the code is not good."""
    now = site.now()
    if factors.enrolled(connection, factors.CONSOLE, name):
        keys = site.keys
        if factors.accept(connection, keys, factors.CONSOLE, name, answer=code, now=now):
            return ""
    audit.note(connection, now, name, "signed-in")
    return people.begin(connection, name, now, site.limits)


def _failed(connection: Connection, site: Site, keys: tuple[str, str]) -> int:
    limits = site.limits
    account = tries.Rule(
        tries=limits.sign_in_tries, wait=limits.sign_in_wait, most=limits.sign_in_wait_most
    )
    address = tries.Rule(
        tries=limits.sign_in_tries * 4, wait=limits.sign_in_wait, most=limits.sign_in_wait_most
    )
    audit.note(connection, site.now(), keys[0], "sign-in.refused")
    return max(
        tries.failed(connection, keys[0], site.now(), account),
        tries.failed(connection, keys[1], site.now(), address),
    )


def _cookie(site: Site, token: str) -> Cookie:
    return Cookie(
        key=site.cookie,
        value=token,
        path="/",
        httponly=True,
        secure=site.settings.secure,
        samesite="lax",
    )


HANDLERS = (show, sign_in, sign_out)
