"""What can be taken away: sheets for a spreadsheet, the floor on paper; each is written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    Site,
    looked,
    page,
    site_of,
    visitor_of,
    zone_of,
)
from agentguard.server.feeds import printed_floor, sheets
from agentguard.server.feeds.sheets import SHEETS, Sheet
from agentguard.server.roles import Scope
from agentguard.server.store.floor import pages

EXPORTS = "/exports"
CSV = "text/csv; charset=utf-8; header=present"


@get(EXPORTS)
async def show(request: Asked) -> Page:
    """Show what there is."""
    return await page(request, "exports.html", sheets=tuple(SHEETS))


@get(EXPORTS + "/{name:str}")
async def sheet(request: Asked, name: FromPath[str]) -> Stream:
    """Return a sheet, a page at a time."""
    plain = name.removesuffix(".csv")
    found = SHEETS.get(plain) if plain != name else None
    if found is None:
        raise NotFoundException
    await looked(request, "export.csv", found.name)
    return as_stream(request, found)


@get(EXPORTS + "/floor.pdf")
async def floor_pdf(request: Asked) -> Response[bytes]:
    """Return the floor on paper."""
    site, visitor = site_of(request), visitor_of(request)
    desks = await site.database.read(lambda c: pages.desks(c, visitor.scope))
    await looked(request, "export.pdf", "floor")
    about = (
        desks,
        site.words,
        site.now(),
        site.limits.silent_after,
        visitor.name,
        zone_of(request),
    )
    made = await asyncio.to_thread(
        printed_floor.floor_report, *about
    )  # reports are taken meanwhile
    return Response(
        made,
        media_type="application/pdf",
        headers={"content-disposition": 'attachment; filename="floor.pdf"'},
    )


def as_stream(request: Asked, found: Sheet) -> Stream:
    """Return a sheet of the desks that the visitor may see, read a page at a time."""
    return Stream(
        _lines(site_of(request), found, visitor_of(request).scope),
        media_type=CSV,
        headers={"content-disposition": f'attachment; filename="{found.name}.csv"'},
    )


async def _lines(site: Site, found: Sheet, scope: Scope) -> AsyncIterator[str]:
    yield sheets.head(found)
    after: sheets.Key | None = None
    while True:
        read = partial(sheets.page, sheet=found, scope=scope, after=after)
        text, after = await site.database.read(read)
        yield text
        if after is None:
            return


HANDLERS = (show, floor_pdf, sheet)
ENTRIES = (Entry(path=EXPORTS, word="exports", group="over-time", place=60),)
