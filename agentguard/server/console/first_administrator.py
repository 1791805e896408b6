"""The first administrator: made by the code that the endpoint printed once, and by nothing else."""

from __future__ import annotations

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console import known_browsers
from agentguard.server.console.browsers import cookie
from agentguard.server.console.gate import SIGN_IN
from agentguard.server.console.sign_in import LONGEST, STEP, name_of
from agentguard.server.console.site import Asked, Page, Site, back, field, page, site_of
from agentguard.server.roles import ADMIN
from agentguard.server.signin import passwords, weak_passwords
from agentguard.server.store.accounts import pending_sign_ins, people, setup
from agentguard.server.store.factors import proof_limits, tries
from agentguard.server.store.records import audit

FIRST = f"{SIGN_IN}/first"


@get(FIRST)
async def show(request: Asked) -> Page | Redirect:
    """Ask for the code, a name and a password, while there is no user."""
    if await site_of(request).database.read(people.count):
        return back(SIGN_IN)
    return await _page(request, "", "")


@post(FIRST)
async def make(request: Asked) -> Page | Redirect:
    """Make the first administrator, and go on to the second factor."""
    site = site_of(request)
    if await site.database.read(people.count):
        return back(SIGN_IN)
    name = await name_of(request)
    password = await field(request, "password", LONGEST)
    named = bool(name) and name.isprintable()
    wrong = weak_passwords.problem(password, [name]) if named else "no-name"
    if wrong:
        said = site.words.say(f"console.first.{wrong}", count=weak_passwords.LEAST)
        return await _page(request, name, said)
    code, place = await field(request, "code", 40), known_browsers.place(request)
    wait = await site.database.write(lambda c: _looked(c, site, code, place))
    if wait is not None:
        id_ = "console.sign-in.wait" if wait else "console.first.wrong"
        return await _page(request, name, site.words.say(id_, seconds=wait))
    hashed = await passwords.slowly(passwords.hash_password, password)
    token = await site.database.write(lambda c: _made(c, site, code, (name, hashed)))
    if not token:
        return await _page(request, name, site.words.say("console.first.wrong"))
    answer = back(f"{SIGN_IN}/enrol")
    answer.set_cookie(cookie(site, token, STEP, seconds=pending_sign_ins.MINUTES))
    return answer


def _looked(connection: Connection, site: Site, code: str, place: str) -> int | None:
    """Count and judge the code; None when it is good, else the seconds to wait."""
    now, counts = site.now(), [proof_limits.FIRST.of(site.limits, place)]
    wait = tries.reserve(connection, counts, now)
    if wait:
        return wait
    if setup.good(connection, code, setup.FIRST, now):
        tries.forgive(connection, counts)
        return None
    audit.note(connection, now, counts[0].key, "first.refused")
    return 0


def _made(connection: Connection, site: Site, code: str, who: tuple[str, str]) -> str:
    """Return the token of the sign-in's step; empty when the code was used meanwhile."""
    now, (name, hashed) = site.now(), who
    if people.count(connection) or not setup.take(connection, code, setup.FIRST, now):
        return ""
    people.put(connection, name, hashed, ADMIN, now)
    audit.note(connection, now, name, "user.put", name)
    return pending_sign_ins.begin(connection, name, now)


async def _page(request: Asked, name: str, problem: str) -> Page:
    status = 401 if problem else 200
    least = weak_passwords.LEAST
    return await page(request, "first.html", status=status, name=name, problem=problem, least=least)


HANDLERS = (show, make)
