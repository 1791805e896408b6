"""A vendor register that is given as CSV: taken over whole, or told line by line and not at all."""

from __future__ import annotations

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from agentguard.server.console.site import Asked, Page, back, field, page, permitted, site_of
from agentguard.server.console.vendors import VENDORS
from agentguard.server.roles import Right
from agentguard.server.store.software import vendors
from agentguard.server.store.software.vendors import VendorRefused
from agentguard.software import vendor_sheet
from agentguard.software.vendor_sheet import COLUMNS, LARGEST, Problem

IMPORT = VENDORS + "/import"
FORM = 3 * LARGEST
"""Bytes of a form: a file in a form's own spelling."""
REFUSED = 400
SHOWN = 200


@get(IMPORT)
async def show(request: Asked) -> Page:
    """Ask for a file."""
    permitted(request, Right.REGISTER)
    return await _form(request)


@post(IMPORT, request_max_body_size=FORM)
async def take(request: Asked) -> Page | Redirect:
    """Take a file over, or say what is wrong with it; nothing is taken over by halves."""
    site, visitor = site_of(request), permitted(request, Right.REGISTER)
    raw = await _given(request)
    if not raw:
        return await _form(request, said=site.words.say("console.vendors.import-none"))
    found = vendor_sheet.read(raw)
    if found.problems:
        return await _form(request, problems=found.problems)
    whole = bool(await field(request, "whole", 10))
    try:
        await site.database.write(
            lambda c: vendors.take(c, found.vendors, visitor.name, site.now(), whole=whole)
        )
    except VendorRefused as refused:
        return await _form(request, said=site.words.say(f"console.vendors.refused-{refused.kind}"))
    return back(VENDORS)


async def _given(request: Asked) -> bytes:
    given = (await request.form()).get("file")
    return await given.read() if isinstance(given, UploadFile) else b""


async def _form(request: Asked, *, said: str = "", problems: tuple[Problem, ...] = ()) -> Page:
    return await page(
        request,
        "vendor_import.html",
        status=REFUSED if said or problems else 200,
        said=said,
        problems=problems[:SHOWN],
        rest=max(0, len(problems) - SHOWN),
        columns=tuple(COLUMNS),
    )


HANDLERS = (show, take)
