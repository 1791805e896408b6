"""The parts of pages that refresh themselves, with what waits behind the lines of the menu."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.enums import MediaType

from agentguard.server.console import moments
from agentguard.server.console.site import Asked, Page, render, site_of, visitor_of, zone_of

NOT_MODIFIED = 304
BADGES = "x-badges"  # the header of the counts, by the path of the menu's line, as JSON
AS_OF = "x-as-of"  # the header of the moment by the reader's clock, in the signs of an address
_AGES = re.compile(r'<p class="muted as-of">.*?</p>|(?<=data-ago>)[^<]*(?=</time>)', re.DOTALL)
"""What time alone changes: the page's script counts it on."""
_TOKENS = re.compile(r'(?<=name="token" value=")[0-9a-f]*(?=")')
"""What every answer says in another way: any of them is good for a form."""


async def part(request: Asked, template: str, *, menu: bool = True, **values: Any) -> Page:
    """Return a part, or 304 when it differs from the one that is shown by its time alone.

    With `menu` the page shows one, and is told what waits behind its lines.
    """
    shown = render(request, template, layout="_live.html", **values)
    same = _TOKENS.sub("", _AGES.sub("", shown.content))
    tag = f'W/"{hashlib.sha256(same.encode()).hexdigest()[:32]}"'
    headers = {"etag": tag, AS_OF: _as_of(request), **(await _badges(request) if menu else {})}
    if tag in request.headers.get("if-none-match", ""):
        return Response("", status_code=NOT_MODIFIED, headers=headers)
    for name, value in headers.items():
        shown.set_header(name, value)
    return shown


@get("/badges")
async def waiting(request: Asked) -> Response[dict[str, int]]:
    """Say what waits, for the menu of a page that refreshes nothing else."""
    return Response(await _counts(request), media_type=MediaType.JSON)


def _as_of(request: Asked) -> str:
    site = site_of(request)
    return quote(moments.stamp(site.now(), site.words.language, zone_of(request)))


async def _badges(request: Asked) -> dict[str, str]:
    return {BADGES: msgspec.json.encode(await _counts(request)).decode()}


async def _counts(request: Asked) -> dict[str, int]:
    site = site_of(request)
    return await site.badges.lately(site.database, visitor_of(request), site.now())


HANDLERS = (waiting,)
