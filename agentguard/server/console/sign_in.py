"""Signing in and out: a password (Argon2id) first, then always a second factor.

Each try is counted before it is judged: by the browser where the person has proved to be there, and
by name and place elsewhere. An unknown name costs the same time as a known one. A place that has
tried much is served one at a time and slowly, and refused nothing. Only after the second factor
does a session begin, under a new id.
"""

from __future__ import annotations

import asyncio

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console import known_browsers
from agentguard.server.console.browsers import cookie, gone
from agentguard.server.console.gate import SIGN_IN
from agentguard.server.console.sign_in_queue import Crowded
from agentguard.server.console.site import Asked, Page, Site, back, field, page, site_of, visitor_of
from agentguard.server.console.way_back import form_lost, session_ended
from agentguard.server.signin import passwords
from agentguard.server.store.accounts import pending_sign_ins, people
from agentguard.server.store.factors import proof_limits, tries
from agentguard.server.store.records import audit

STEP = "step"  # the cookie of a sign-in that waits for its second factor
LONGEST = 1000  # characters of a password
NAME = 100  # characters of a name, also when its letters were made small: ß becomes ss


@get(SIGN_IN)
async def show(request: Asked) -> Page:
    """Show the sign-in page; to who was signed in, with why they are no more."""
    site = site_of(request)
    minutes, said = int(site.limits.session_idle // 60), ""
    if session_ended(request):
        said = site.words.say("console.sign-in.ended", minutes=minutes)
    return await sign_in_page(request, 200, said=said)


@post(SIGN_IN)
async def sign_in(request: Asked) -> Page | Redirect:
    """Judge the password, and go on to the second factor."""
    site, name = site_of(request), await name_of(request)
    browser, place = known_browsers.browser(request, name), known_browsers.place(request)
    try:
        async with site.lanes.turn(f"browser {browser}" if browser else f"place {place}"):
            wait = await _judged(request, name, browser)
    except Crowded:
        said = site.words.say("console.sign-in.crowded")
        return await sign_in_page(request, 429, name, said, held=True)
    if wait is not None:
        id_ = "console.sign-in.wait" if wait else "console.sign-in.wrong"
        said = site.words.say(id_, seconds=wait)
        return await sign_in_page(request, 401, name, said, held=wait > 0)
    token = await site.database.write(lambda c: pending_sign_ins.begin(c, name, site.now()))
    answer = back(f"{SIGN_IN}/second")
    answer.set_cookie(cookie(site, token, STEP, seconds=pending_sign_ins.MINUTES))
    return answer


@post("/sign-out")
async def sign_out(request: Asked) -> Redirect:
    """End the session."""
    site, visitor = site_of(request), visitor_of(request)
    await site.database.write(lambda c: people.end(c, visitor.token))
    answer = back(SIGN_IN)
    answer.set_cookie(gone(site))
    return answer


async def name_of(request: Asked) -> str:
    """Return the name that a form of signing in names."""
    return (await field(request, "name", NAME)).strip().casefold()[:NAME]


async def sign_in_page(
    request: Asked,
    status: int,
    name: str = "",
    problem: str = "",
    *,
    held: bool = False,
    said: str = "",
) -> Page:
    """Show the form; to who is `held` also the way for those who can prove to be there first."""
    provider = site_of(request).provider
    return await page(
        request,
        "sign_in.html",
        status=status,
        problem=problem,
        name=name,
        company=provider.company.label if provider else "",
        held=held,
        said=said,
        lost=request.method == "GET" and form_lost(request),
        nobody=not await site_of(request).database.read(people.count),
    )


async def _judged(request: Asked, name: str, browser: str) -> int | None:
    """Count and judge the password; None when it is right, else the seconds to wait."""
    site, place = site_of(request), known_browsers.place(request)
    counts = proof_limits.of_password(site.limits, name, browser=browser, place=place)
    wait = await site.database.write(lambda c: tries.reserve(c, counts, site.now()))
    if wait:
        return wait
    if await _password(site, name, await field(request, "password", LONGEST)):
        await site.database.write(lambda c: tries.forgive(c, counts))
        return None
    slow = proof_limits.PLACE.of(site.limits, place)

    def note(connection: Connection) -> tuple[int, int]:
        now = site.now()
        audit.note(connection, now, proof_limits.key("sign-in", name), "sign-in.refused")
        pause = 0 if browser else tries.count_failure(connection, slow.key, now, slow.rule)
        pause = pause or tries.wait(connection, slow.key, now)
        return tries.after(connection, counts, now), pause

    wait, pause = await site.database.write(note)
    if pause and not browser:
        await asyncio.sleep(site.limits.sign_in_slow)  # whoever comes next from there waits, too
    return wait


async def _password(site: Site, name: str, password: str) -> bool:
    account = await site.database.read(lambda c: people.account(c, name))
    return await passwords.slowly(passwords.right, account.password if account else "", password)


HANDLERS = (show, sign_in, sign_out)
