"""The parts of pages that refresh themselves, and the streams that say when there is news.

A part comes with what waits behind the lines of the menu. Who cannot have a stream asks by time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.response import Stream
from sqlalchemy import Connection

from agentguard.server.console import moments, rows
from agentguard.server.console.browsers import browser_of
from agentguard.server.console.site import (
    Asked,
    Page,
    permitted,
    render,
    site_of,
    visitor_of,
    zone_of,
)
from agentguard.server.console.streams import KIND, OpenPage, beat
from agentguard.server.evidence.shelf import FOLDER
from agentguard.server.listener.slow_clients import stands_apart
from agentguard.server.roles import Right
from agentguard.server.store.accounts import people, sessions

NOT_MODIFIED, UNAVAILABLE = 304, 503
LATER = 60  # seconds after which somebody for whom there was no stream may ask again
RIGHTS = {FOLDER: Right.RECORDS}
"""What the right is to be told of what stands in no table, by its topic."""
BADGES = "x-badges"  # the header of the counts, by the path of the menu's line, as JSON
JSON = "application/json"
AS_OF = "x-as-of"  # the header of the moment by the reader's clock, in the signs of an address


async def part(request: Asked, template: str, *, menu: bool = True, **values: Any) -> Page:
    """Return a part, what a page lacks of it, or 304 when it differs by its time alone.

    With `menu` the page shows one, and is told what waits behind its lines.
    """
    shown = render(request, template, layout="_live.html", **values)
    cut = rows.cut(shown.content)
    tag = f'W/"{rows.tag(cut)}"'
    headers = {"etag": tag, AS_OF: _as_of(request), **(await _badges(request) if menu else {})}
    if tag in request.headers.get("if-none-match", ""):
        return Response("", status_code=NOT_MODIFIED, headers=headers)
    have = request.headers.get(rows.HAVE, "")
    if have:
        told = msgspec.json.encode(rows.changed(cut, have)).decode()
        shown = Response(told, media_type=JSON)
    for name, value in headers.items():
        shown.set_header(name, value)
    return shown


@get("/badges")
async def waiting(request: Asked) -> Response[dict[str, int]]:
    """Say what waits, for the menu of a page that refreshes nothing else."""
    return Response(await _counts(request), media_type=MediaType.JSON)


@get("/live")
async def news(request: Asked) -> Response[Any]:
    """Tell a page when something of what its reader may see has changed."""
    topic = request.query_params.get("of", "")
    if topic and topic not in RIGHTS:
        raise NotFoundException
    visitor = permitted(request, RIGHTS[topic]) if topic else visitor_of(request)
    limits, browser = site_of(request).limits, browser_of(request)

    def still(connection: Connection, now: float) -> bool:
        found = people.visitor(connection, visitor.token, now, limits, browser=browser)
        return found is not None and (found[0].role, found[0].scope) == (
            visitor.role,
            visitor.scope,
        )

    owner = sessions.id_of(visitor.token)
    return streamed(request, OpenPage(owner=owner, scope=visitor.scope, still=still, topic=topic))


def streamed(request: Asked, stream: OpenPage) -> Response[Any]:
    """Return a stream, or a refusal when there is no room for one more.

    Who does not ask for a stream, as pages do, is told once that there would be one.
    """
    site, streams = site_of(request), site_of(request).streams
    if streams.full(stream.owner):
        said = site.words.say("console.live.full")
        again = {"retry-after": str(LATER)}
        return Response(said, media_type=MediaType.TEXT, status_code=UNAVAILABLE, headers=again)
    unbuffered = {"x-accel-buffering": "no"}
    if request.headers.get("accept") != KIND:
        once = beat(site.limits.stream_beat)
        return Response(once, media_type=KIND, headers=unbuffered)
    stands_apart(request.scope.get("extensions"))
    told: AsyncIterator[bytes] = streams.told(stream)
    return Stream(told, media_type=KIND, headers=unbuffered)


def _as_of(request: Asked) -> str:
    site = site_of(request)
    return quote(moments.stamp(site.now(), site.words.language, zone_of(request)))


async def _badges(request: Asked) -> dict[str, str]:
    return {BADGES: msgspec.json.encode(await _counts(request)).decode()}


async def _counts(request: Asked) -> dict[str, int]:
    site = site_of(request)
    return await site.badges.lately(site.database, visitor_of(request), site.now())


HANDLERS = (waiting, news)
