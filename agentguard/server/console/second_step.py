"""The second step of a sign-in: the factor that is enrolled, or else the first one is enrolled."""

from __future__ import annotations

from typing import TypeVar

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console import factor_enrolment, known_browsers, second_factor
from agentguard.server.console.browsers import (
    browser_of,
    cookie,
    cookie_name,
    gone,
)
from agentguard.server.console.gate import SIGN_IN
from agentguard.server.console.sign_in import STEP
from agentguard.server.console.site import Asked, Page, Site, back, page, site_of
from agentguard.server.console.way_back import AFTER, page_of
from agentguard.server.store.accounts import pending_sign_ins, people, sessions
from agentguard.server.store.records import audit

Answer = TypeVar("Answer", Page, Redirect)
SECOND, ENROL = f"{SIGN_IN}/second", f"{SIGN_IN}/enrol"


@get(SECOND)
async def show(request: Asked) -> Page | Redirect:
    """Ask for the second factor; without one, enrol the first."""
    name = await _whose(request)
    if not name:
        return back(SIGN_IN)
    if not await second_factor.has_factor(site_of(request), name):
        return back(ENROL)
    return await _page(request, name, "")


@post(SECOND)
async def answer(request: Asked) -> Page | Redirect:
    """Judge the second factor; when it holds, a session begins."""
    site, name = site_of(request), await _whose(request)
    if not name:
        return back(SIGN_IN)
    asking = second_factor.signing_in(request, name, _purpose(request))
    judged = await second_factor.judge(request, asking)
    if not judged.how:
        id_ = "console.sign-in.wait" if judged.wait else "console.prove.wrong"
        return await _page(request, name, site.words.say(id_, seconds=judged.wait))
    token = await _begin(request, site, name, judged.how)
    if not token:
        return back(SIGN_IN)
    done = back("/account" if judged.how == "recovery" else page_of(request))
    return known_browsers.remember(request, _signed_in(site, done, token), name)


@get(ENROL)
async def enrol(request: Asked) -> Page | Redirect:
    """Offer the factors that can be enrolled."""
    site, name = site_of(request), await _whose(request)
    if not name or await second_factor.has_factor(site, name):
        return back(SIGN_IN)
    return await _enrol_page(request, name, "")


@post(ENROL)
async def enrolled(request: Asked) -> Page | Redirect:
    """Keep the first factor once it is confirmed, show recovery codes, and begin a session."""
    site, name = site_of(request), await _whose(request)
    if not name or await second_factor.has_factor(site, name):
        return back(SIGN_IN)
    how = await factor_enrolment.confirm(request, name, _purpose(request), first=True)
    if not how:
        return await _enrol_page(request, name, site.words.say("console.enrol.wrong"))
    token = await _begin(request, site, name, how)
    if not token:
        return back(SIGN_IN)
    codes = await factor_enrolment.new_recovery(site, name)
    shown = await page(request, "recovery.html", codes=codes, first=True)
    return known_browsers.remember(request, _signed_in(site, shown, token), name)


def _step(request: Asked) -> str:
    return request.cookies.get(cookie_name(site_of(request), STEP), "")


async def _whose(request: Asked) -> str:
    site, token = site_of(request), _step(request)
    return await site.database.read(lambda c: pending_sign_ins.whose(c, token, site.now()))


def _purpose(request: Asked) -> str:
    return f"sign-in {sessions.id_of(_step(request))}"


async def _begin(request: Asked, site: Site, name: str, how: str) -> str:
    """Begin a session with a new id; empty when a second request was faster."""
    step, browser = _step(request), browser_of(request)

    def begin(connection: Connection) -> str:
        if not pending_sign_ins.end(connection, step):
            return ""
        now = site.now()
        audit.note(connection, now, name, "signed-in", how)
        return people.begin(connection, name, now, site.limits, how=how, browser=browser)

    return await site.database.write(begin)


def _signed_in(site: Site, given: Answer, token: str) -> Answer:
    given.set_cookie(cookie(site, token))
    given.set_cookie(gone(site, STEP))
    given.set_cookie(gone(site, AFTER))
    return given


async def _page(request: Asked, name: str, problem: str) -> Page:
    return await page(
        request,
        "second.html",
        status=401 if problem else 200,
        offer=await second_factor.offer(request, name, _purpose(request)),
        name=name,
        problem=problem,
    )


async def _enrol_page(request: Asked, name: str, problem: str) -> Page:
    return await page(
        request,
        "enrol.html",
        status=401 if problem else 200,
        name=name,
        problem=problem,
        **await factor_enrolment.offer(request, name, _purpose(request)),
    )


HANDLERS = (show, answer, enrol, enrolled)
