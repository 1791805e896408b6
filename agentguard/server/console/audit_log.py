"""The audit log: who looked at what, and who did what at the centre."""

from __future__ import annotations

from litestar import get

from agentguard.server.console import filters
from agentguard.server.console.site import Asked, Page, looked, page, permitted, site_of
from agentguard.server.roles import Right
from agentguard.server.store.records import audit_pages

AUDIT = "/audit"


@get(AUDIT)
async def show(request: Asked) -> Page:
    """Show the acts, the newest first; to look at them is one as well."""
    permitted(request, Right.RECORDS)
    wish = filters.asked(request)
    listed, total = await site_of(request).database.read(
        lambda c: audit_pages.listed(c, wish.text, start=wish.start, limit=filters.PAGE)
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


HANDLERS = (show,)
