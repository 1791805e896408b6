"""The queue of incidents that agents reported."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    looked,
    page,
    permitted,
    site_of,
    visitor_of,
)
from agentguard.server.roles import Right
from agentguard.server.store import incidents, steps

LONGEST_NOTE = 2000
QUEUE = "/incidents"


@get(QUEUE)
async def show(request: Asked) -> Page:
    """Show what waits, then what is closed."""
    database, scope = site_of(request).database, visitor_of(request).scope
    await looked(request, "incidents.seen")
    return await page(
        request,
        "incidents.html",
        queue=await database.read(lambda c: incidents.queue(c, closed=False, scope=scope)),
        closed=await database.read(
            lambda c: incidents.queue(c, closed=True, limit=20, scope=scope)
        ),
        unsigned=await database.read(lambda c: steps.unsigned(c, scope)),
    )


@post(QUEUE + "/{id_:int}/take")
async def take(request: Asked, id_: FromPath[int]) -> Redirect:
    """Take an incident up."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    await site.database.write(lambda c: incidents.take_up(c, id_, visitor, site.now()))
    return back(QUEUE)


@post(QUEUE + "/{id_:int}/close")
async def close(request: Asked, id_: FromPath[int]) -> Redirect:
    """Close an incident with what was done."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    note = (await field(request, "outcome", LONGEST_NOTE)).strip()
    if note:
        await site.database.write(lambda c: incidents.close(c, id_, visitor, site.now(), note))
    return back(QUEUE)


HANDLERS = (show, take, close)
