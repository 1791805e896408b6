"""What looks like tampering: what it means, what to do, since when, and who has signed it off."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    page,
    permitted,
    site_of,
    visitor_of,
)
from agentguard.server.roles import Right
from agentguard.server.tamper import items

TAMPER = "/tamper"
LONGEST_NOTE = 2000


@get(TAMPER)
async def show(request: Asked) -> Page:
    """Show what nobody has signed off, then what was."""
    database, scope = site_of(request).database, visitor_of(request).scope
    return await page(
        request,
        "tamper.html",
        queue=await database.read(lambda c: items.to_review(c, scope)),
        signed=await database.read(lambda c: items.signed(c, scope)),
    )


@post(TAMPER + "/{id_:int}/sign-off")
async def sign_off(request: Asked, id_: FromPath[int]) -> Redirect:
    """Sign an item off with a note of what it was."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    note = (await field(request, "note", LONGEST_NOTE)).strip()
    if note:
        await site.database.write(lambda c: items.sign_off(c, id_, visitor, site.now(), note))
    return back(TAMPER)


HANDLERS = (show, sign_off)
