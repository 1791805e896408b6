"""The audit log: who looked at what, and who did what at the centre."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import BinaryIO, cast

from litestar import get
from litestar.response import Stream

from agentguard.server.console import filters
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, Site, looked, page, permitted, site_of
from agentguard.server.roles import Right
from agentguard.server.store.engine import audit_chain
from agentguard.server.store.records import audit, audit_export

AUDIT = "/audit"
PART = 1 << 16
"""Bytes that are sent at a time."""


@get(AUDIT)
async def show(request: Asked) -> Page:
    """Show the acts, the newest first; to look at them is one as well."""
    permitted(request, Right.RECORDS)
    wish = filters.asked(request)
    listed, total = await site_of(request).database.read(
        lambda c: audit.list_acts(c, wish.text, start=wish.start, limit=filters.PAGE)
    )
    await looked(request, "audit.seen", wish.text)
    return await page(
        request,
        "audit.html",
        wish=wish,
        acts=listed,
        total=total,
        pager=filters.pager(wish, total) if total > filters.PAGE else None,
    )


@get(AUDIT + "/export.jsonl")
async def export(request: Asked) -> Stream:
    """Return the whole log as a file that `agentguard journal verify` verifies, signed to its end.

    The export is the last act in it.
    """
    permitted(request, Right.RECORDS)
    site = site_of(request)
    await looked(request, "audit.exported")
    await site.database.write(lambda c: audit_chain.sign(c, site.keys, site.now()))
    made = await asyncio.to_thread(_written, site)
    return Stream(
        _parts(made),
        media_type="application/jsonl",
        headers={"content-disposition": 'attachment; filename="audit.jsonl"'},
    )


def _written(site: Site) -> BinaryIO:
    """Write the log to a file that has no name, as it was at one moment."""
    out = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - it is closed once it is sent
    site.database.snapshot(lambda c: out.writelines(audit_export.lines(c)))
    out.seek(0)
    return out


async def _parts(made: BinaryIO) -> AsyncIterator[bytes]:
    with made:
        while part := await asyncio.to_thread(made.read, PART):
            yield part


HANDLERS = (show, export)
ENTRIES = (Entry(path=AUDIT, word="audit", group="centre", place=80, right=Right.RECORDS),)
