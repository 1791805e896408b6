"""Enrolment codes: made here, shown once, listed without the code itself."""

from __future__ import annotations

from litestar import get, post
from sqlalchemy import Connection

from agentguard.server.console.site import (
    Asked,
    Page,
    Site,
    administrator_of,
    field,
    page,
    site_of,
)
from agentguard.server.store import audit, codes

CODES = "/codes"


@get(CODES)
async def show(request: Asked) -> Page:
    """Show the codes."""
    administrator_of(request)
    return await _page(request, "", "", "")


@post(CODES)
async def make(request: Asked) -> Page:
    """Make a code and show it, this once."""
    site, visitor = site_of(request), administrator_of(request)
    team = " ".join((await field(request, "team", 100)).split())
    if not team:
        return await _page(request, "", "", site.words.say("console.codes.no-team"))
    code = await site.database.write(lambda c: _make(c, site, team, visitor.name))
    return await _page(request, code, team, "")


def _make(connection: Connection, site: Site, team: str, by: str) -> str:
    now = site.now()
    audit.note(connection, now, by, "code.made", team)
    return codes.make(connection, team, by, now, site.limits.code_hours)


async def _page(request: Asked, code: str, team: str, problem: str) -> Page:
    site = site_of(request)
    return await page(
        request,
        "codes.html",
        code=code,
        team=team,
        problem=problem,
        hours=site.limits.code_hours,
        teams=await site.database.read(codes.teams),
        codes=await site.database.read(codes.listed),
    )


HANDLERS = (show, make)
