"""Who the desks are: those that wait are confirmed by words, any desk can be turned away."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    administrator_of,
    back,
    looked,
    page,
    permitted,
    site_of,
)
from agentguard.server.roles import Right
from agentguard.server.store.desks import identities

DEVICES = "/devices"
LONGEST_ID = 64
LONGEST_SEARCH = 100


@get(DEVICES)
async def show(request: Asked) -> Page:
    """Show the desks that wait, then those that report, then those that may not."""
    site, scope = site_of(request), permitted(request, Right.CARE).scope
    find = request.query_params.get("find", "")[:LONGEST_SEARCH].strip()
    read = site.database.read
    await looked(request, "devices.seen", find)
    return await page(
        request,
        "devices.html",
        find=find,
        most=identities.SHOWN,
        pending=await read(lambda c: identities.list_identities(c, identities.MAY_WAIT, scope)),
        known=await read(
            lambda c: identities.list_identities(c, identities.MAY_SPEAK, scope, find)
        ),
        away=await read(
            lambda c: identities.list_identities(c, identities.TURNED_AWAY, scope, find)
        ),
    )


@post(DEVICES + "/{id_:str}/confirm")
async def confirm(request: Asked, id_: FromPath[str]) -> Redirect:
    """Let a desk report whose words were compared."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    known = id_[:LONGEST_ID]
    await site.database.write(lambda c: identities.confirm(c, known, visitor, site.now()))
    return back(DEVICES)


@post(DEVICES + "/{id_:str}/refuse")
async def refuse(request: Asked, id_: FromPath[str]) -> Redirect:
    """Turn away a desk that waits: its words were other ones."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    known = id_[:LONGEST_ID]
    await site.database.write(lambda c: identities.refuse(c, known, visitor, site.now()))
    return back(DEVICES)


@post(DEVICES + "/{id_:str}/turn-away")
async def turn_away(request: Asked, id_: FromPath[str]) -> Page | Redirect:
    """Take nothing more of a desk; who asks for it has to prove who it is."""
    site, visitor = site_of(request), administrator_of(request)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    known = id_[:LONGEST_ID]
    await site.database.write(lambda c: identities.turn_away(c, known, visitor, site.now()))
    return back(DEVICES)


HANDLERS = (show, confirm, refuse, turn_away)
ENTRIES = (Entry(path=DEVICES, word="devices", group="centre", place=20, right=Right.CARE),)
