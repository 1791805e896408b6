"""What looks like tampering: what it means, what to do, since when, and who has signed it off."""

from __future__ import annotations

import math

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
from agentguard.server.tamper import items, waves

TAMPER = "/tamper"
LONGEST_NOTE = 2000


@get(TAMPER)
async def show(request: Asked) -> Page:
    """Show what nobody has signed off, then what was."""
    database, scope = site_of(request).database, visitor_of(request).scope
    together = await database.read(lambda c: waves.waiting(c, scope))
    alone = waves.outside(together)
    return await page(
        request,
        "tamper.html",
        together=together,
        queue=await database.read(lambda c: items.to_review(c, scope, alone)),
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


@post(TAMPER + "/together/sign-off")
async def sign_off_together(request: Asked) -> Redirect:
    """Sign all desks off that fell silent together, with one note of what it was."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    note = (await field(request, "note", LONGEST_NOTE)).strip()
    wave = (
        await field(request, "kind"),
        await _moment(request, "first"),
        await _moment(request, "last"),
    )
    if note:
        await site.database.write(lambda c: waves.sign_off(c, wave, visitor, site.now(), note))
    return back(TAMPER)


async def _moment(request: Asked, name: str) -> float:
    """Give a time that the page named; what is none lies before all."""
    try:
        given = float(await field(request, name))
    except ValueError:
        return 0.0
    return given if math.isfinite(given) else 0.0


HANDLERS = (show, sign_off, sign_off_together)
