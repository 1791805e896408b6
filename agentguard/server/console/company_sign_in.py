"""The door to the company's own sign-in, and the way back from it.

Nobody is known at this door, so what a stranger can have written is bounded: an address that begins
sign-ins and finishes none is served slowly, what comes back to a browser that began nothing is
answered alone, and refusals are counted by address and written down until it has to wait, then once
in a wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console import known_browsers
from agentguard.server.console.browsers import (
    address_of,
    browser_of,
    cookie,
    cookie_name,
    gone,
)
from agentguard.server.console.gate import SIGN_IN
from agentguard.server.console.sign_in import sign_in_page
from agentguard.server.console.sign_in_queue import Crowded
from agentguard.server.console.site import Asked, Page, Site, back, site_of
from agentguard.server.console.way_back import AFTER, local, page_of
from agentguard.server.signin.oidc import LEEWAY, Provider, SignInRefused
from agentguard.server.store.accounts import people, sso
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.accounts.sso import Flow, Subject
from agentguard.server.store.factors import proof_limits, tries
from agentguard.server.store.records import audit

LOG = logging.getLogger(__name__)
COMPANY = f"{SIGN_IN}/company"
BACK = f"{COMPANY}/return"
FLOW = "company"  # the cookie of a sign-in that went to the provider
LONGEST_NAME = 100
_ANYBODY = "at the company"
"""For whom a browser is known in which somebody came back: who it is, is said there alone."""


@get(COMPANY)
async def leave(request: Asked) -> Page | Redirect:
    """Send the browser to the provider; who is signed in already has to prove anew there."""
    site, provider = site_of(request), _provider(request)
    again = isinstance(request.scope["state"].get("visitor"), Visitor)
    path = local(request.query_params.get("to") or page_of(request))
    if not again and (refused := await _patiently(request)) is not None:
        return refused
    try:
        begun = await provider.begin(address_of(request) + BACK, again=again)
    except SignInRefused as error:
        return await _refuse(request, error.kind)
    token = await site.database.write(lambda c: sso.keep(c, begun, path, site.now(), again=again))
    answer = back(begun.url)
    answer.set_cookie(cookie(site, token, FLOW, seconds=sso.MINUTES))
    return answer


async def _patiently(request: Asked) -> Page | None:
    """Count a sign-in that begins; from a place that began too many, serve it after the others."""
    site = site_of(request)
    browser = known_browsers.browser(request, _ANYBODY)
    count = proof_limits.COMPANY.of(site.limits, browser or known_browsers.place(request))
    try:
        async with site.lanes.turn(count.key):
            if await site.database.write(lambda c: tries.reserve(c, [count], site.now())):
                await asyncio.sleep(site.limits.sign_in_slow)
    except Crowded:
        return await _page(request, site.words.say("console.sign-in.crowded"))
    return None


@get(BACK)
async def come_back(request: Asked) -> Page | Redirect:
    """Judge what the provider says, and begin a session with a new id."""
    site, provider = site_of(request), _provider(request)
    given = request.query_params
    token = request.cookies.get(cookie_name(site, FLOW), "")
    if not token:
        return await _page(request, _said(site, "state"))
    flow = await site.database.write(
        lambda c: sso.take(c, token, given.get("state", ""), site.now())
    )
    if flow is None:
        return await _refuse(request, "state")
    try:
        code, address = given.get("code", ""), address_of(request) + BACK
        claims = await provider.finish(flow.begun, address, code)
        session = await _begin(request, provider, flow, claims)
    except SignInRefused as refused:
        return await _refuse(request, refused.kind)
    LOG.info("a user signed in at the company's sign-in")
    answer = back(flow.path)
    answer.set_cookie(cookie(site, session))
    answer.set_cookie(gone(site, FLOW))
    answer.set_cookie(gone(site, AFTER))
    return known_browsers.remember(request, answer, _ANYBODY)


async def _begin(request: Asked, provider: Provider, flow: Flow, claims: Mapping[str, Any]) -> str:
    site, browser = site_of(request), browser_of(request)
    if flow.again and not _anew(claims, flow.begun_at):
        raise SignInRefused("stale")
    who, role = _subject(provider, claims), provider.company.role(claims)
    if not role:
        raise SignInRefused("no-role")
    teams = provider.company.team_names(claims)
    old = request.scope["state"].get("visitor")

    def begin(connection: Connection) -> str:
        now = site.now()
        name = sso.sign_in(connection, who, role, teams, now)
        if not name:
            return ""
        if isinstance(old, Visitor):
            people.end(connection, old.token)
        audit.note(connection, now, name, "signed-in", "sso")
        tries.forgive(
            connection, [proof_limits.COMPANY.of(site.limits, known_browsers.place(request))]
        )
        return people.begin(connection, name, now, site.limits, how="sso", browser=browser)

    token = await site.database.write(begin)
    if not token:
        raise SignInRefused("taken")
    return token


def _subject(provider: Provider, claims: Mapping[str, Any]) -> Subject:
    given = claims.get(provider.company.name_claim)
    name = given.strip().casefold() if isinstance(given, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SignInRefused("no-name")
    if claims.get("email_verified") is False and provider.company.name_claim == "email":
        raise SignInRefused("no-name")
    issuer, subject = provider.company.issuer, str(claims["sub"])
    return Subject(issuer=issuer, subject=subject[:250], name=name)


def _anew(claims: Mapping[str, Any], begun_at: float) -> bool:
    """Check whether the person proved at the provider since then; without its word, no."""
    at = claims.get("auth_time")
    return isinstance(at, int | float) and at >= begun_at - LEEWAY


def _provider(request: Asked) -> Provider:
    provider = site_of(request).provider
    if provider is None:
        raise NotFoundException
    return provider


async def _refuse(request: Asked, kind: str) -> Page:
    site = site_of(request)
    count = proof_limits.RETURN.of(site.limits, known_browsers.place(request))

    def note(connection: Connection) -> bool:
        if tries.reserve(connection, [count], site.now()):
            return False
        audit.note(connection, site.now(), "company", "sign-in.refused", kind)
        return True

    if await site.database.write(note):
        LOG.warning("the company's sign-in let nobody in: %s", kind)
    answer = await _page(request, _said(site, kind))
    answer.set_cookie(gone(site, FLOW))
    return answer


def _said(site: Site, kind: str) -> str:
    return site.words.say(f"console.company.{kind}", name=_label(site))


def _label(site: Site) -> str:
    return site.provider.company.label if site.provider else ""


async def _page(request: Asked, problem: str) -> Page:
    return await sign_in_page(request, 401, problem=problem)


HANDLERS = (leave, come_back)
