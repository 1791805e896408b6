"""A supervisor lets a person set up an authenticator app at a desk: a code, once, shown here."""

from __future__ import annotations

from litestar import get, post
from sqlalchemy import Connection

from agentguard.server.console.break_glass import desks
from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.site import Asked, Page, Site, field, page, permitted, site_of
from agentguard.server.roles import Right
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.factors import invitations, team_scope
from agentguard.server.store.records import audit

APP = "/factors/app"
LONGEST = 200


@get(APP)
async def show(request: Asked) -> Page:
    """Show the form."""
    permitted(request, Right.CARE)
    return await _page(request, owner=request.query_params.get("person", "")[:LONGEST])


@post(APP)
async def make(request: Asked) -> Page:
    """Make a code for a person at a desk and show it, this once."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    named = (await field(request, "desk", LONGEST)).strip()
    owner = (await field(request, "owner", LONGEST)).strip()
    if not owner:
        return await _page(request, desk=named, problem="no-person")
    code, problem = await site.database.write(lambda c: _make(c, site, visitor, named, owner))
    return await _page(request, desk=named, owner=owner, code=code, problem=problem)


def _make(
    connection: Connection, site: Site, visitor: Visitor, named: str, owner: str
) -> tuple[str, str]:
    """Return the code, or the problem; one judgement of the desk and of the person."""
    why = _why_not(connection, site, visitor, named, owner)
    if why:
        audit.note(connection, site.now(), visitor.name, "app.refused", named)
        return "", why
    (desk,) = desks(connection, named, visitor.scope)
    code = invitations.make(connection, desk, owner, visitor.name, site.now())
    return code, "" if code else "has-one"


def _why_not(connection: Connection, site: Site, visitor: Visitor, named: str, owner: str) -> str:
    """Say why no code may be made: empty, or the desk or the person is not the visitor's."""
    found = desks(connection, named, visitor.scope)
    if len(found) != 1:
        return "several" if found else "no-desk"
    mine = team_scope.belongs(connection, site.keys, visitor.scope, owner, site.now())
    return "" if mine else "no-belonging"


async def _page(
    request: Asked, *, desk: str = "", owner: str = "", code: str = "", problem: str = ""
) -> Page:
    return await page(
        request,
        "app.html",
        desk=desk,
        owner=owner,
        code=code,
        minutes=invitations.SECONDS // 60,
        problem=site_of(request).words.say(f"console.app.{problem}") if problem else "",
    )


HANDLERS = (show, make)
