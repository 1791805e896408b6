"""The door to the company's own sign-in, and the way back from it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.browsers import (
    address_of,
    browser_of,
    cookie,
    cookie_name,
    gone,
)
from agentguard.server.console.gate import SIGN_IN
from agentguard.server.console.proving import local
from agentguard.server.console.site import Asked, Page, Site, back, page, site_of
from agentguard.server.signin.oidc import LEEWAY, Provider, SignInRefused
from agentguard.server.store import audit, people, sso
from agentguard.server.store.people import Visitor
from agentguard.server.store.sso import Flow, Subject

LOG = logging.getLogger(__name__)
COMPANY = f"{SIGN_IN}/company"
BACK = f"{COMPANY}/return"
FLOW = "company"  # the cookie of a sign-in that went to the provider
LONGEST_NAME = 100


@get(COMPANY)
async def leave(request: Asked) -> Page | Redirect:
    """Send the browser to the provider; who is signed in already has to prove anew there."""
    site, provider = site_of(request), _provider(request)
    again = isinstance(request.scope["state"].get("visitor"), Visitor)
    path = local(request.query_params.get("to", "/"))
    try:
        begun = await provider.begin(address_of(request) + BACK, again=again)
    except SignInRefused as refused:
        return await _refuse(request, refused.kind)
    token = await site.database.write(lambda c: sso.keep(c, begun, path, site.now(), again=again))
    answer = back(begun.url)
    answer.set_cookie(cookie(site, token, FLOW, seconds=sso.MINUTES))
    return answer


@get(BACK)
async def come_back(request: Asked) -> Page | Redirect:
    """Judge what the provider says, and begin a session with a new id."""
    site, provider = site_of(request), _provider(request)
    given = request.query_params
    token = request.cookies.get(cookie_name(site, FLOW), "")
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
    return answer


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
    """Tell whether the person proved at the provider since then; without its word, no."""
    at = claims.get("auth_time")
    return isinstance(at, int | float) and at >= begun_at - LEEWAY


def _provider(request: Asked) -> Provider:
    provider = site_of(request).provider
    if provider is None:
        raise NotFoundException
    return provider


async def _refuse(request: Asked, kind: str) -> Page:
    site = site_of(request)
    LOG.warning("the company's sign-in let nobody in: %s", kind)
    await site.database.write(
        lambda c: audit.note(c, site.now(), "company", "sign-in.refused", kind)
    )
    answer = await _page(request, site, kind)
    answer.set_cookie(gone(site, FLOW))
    return answer


async def _page(request: Asked, site: Site, kind: str) -> Page:
    label = site.provider.company.label if site.provider else ""
    problem = site.words.say(f"console.company.{kind}", name=label)
    return await page(request, "sign_in.html", status=401, problem=problem, name="", company=label)


HANDLERS = (leave, come_back)
