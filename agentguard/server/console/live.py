"""The parts of pages that refresh themselves, and the streams that say when there is news.

A part comes with what waits behind the lines of the menu. Who cannot have a stream asks by time.

What of a part has changed is told by rows: it is cut into them, and those travel that a page lacks.
A page names what it has by short digests, in order, so that no process keeps anything of any page.
Digests are of what a row says, without its ages and tokens; the page holds what it put together
against the tag of the whole, and asks for the whole where that does not fit.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.response import Stream
from sqlalchemy import Connection

from agentguard.server.console import moments
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
HAVE = "x-have"  # the header in which a page says what it has; a sign of its own stands first
LENGTH = 4  # signs of a digest: 24 bits, enough where the whole is held against its tag
MOST = 600  # digests that a page names, a header of 2.4 kB; rows beyond them travel
_ROWS = re.compile(r"<(?:tr|li|section|details|h2|/tbody|/ul|/ol)\b")
_ALONE = tuple(
    re.compile(one)
    for one in (
        r'(<p class="muted as-of">[^<]*<time datetime=)"[^"]*">[^<]*',
        r"( data-ago>)[^<]*",
        r'(name="token" value=")[0-9a-f]*',
    )
)
"""What time alone changes, which the page's script counts on, and tokens, any of which is good."""


async def part(request: Asked, template: str, *, menu: bool = True, **values: Any) -> Page:
    """Return a part, what a page lacks of it, or 304 when it differs by its time alone.

    With `menu` the page shows one, and is told what waits behind its lines.
    """
    shown = render(request, template, layout="_live.html", **values)
    rows = cut(shown.content)
    mark = f'W/"{tag(rows)}"'
    headers = {"etag": mark, AS_OF: _as_of(request), **(await _badges(request) if menu else {})}
    if mark in request.headers.get("if-none-match", ""):
        return Response("", status_code=NOT_MODIFIED, headers=headers)
    have = request.headers.get(HAVE, "")
    if have:
        told = msgspec.json.encode(changed(rows, have)).decode()
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


def cut(part: str) -> list[str]:
    """Return a part in rows: joined, they are the part."""
    ends = [0, *(found.start() for found in _ROWS.finditer(part)), len(part)]
    return [part[begin:end] for begin, end in pairwise(ends) if begin < end]


def plain(row: str) -> str:
    """Return what a row says, without its ages and tokens."""
    for one in _ALONE:
        row = one.sub(r"\1", row)
    return row


def tag(rows: Sequence[str]) -> str:
    """Return what a part is known by: it stays while nothing but ages and tokens differs."""
    said = "".join(map(plain, rows))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def digest(row: str) -> str:
    """Return the short digest of what a row says."""
    return b64encode(hashlib.sha256(plain(row).encode()).digest())[:LENGTH].decode()


def changed(rows: Sequence[str], have: str) -> list[str | tuple[int, int]]:
    """Return a part for a page that has some of it: new rows as they are, else where they stand.

    A pair is the place of the first row in what the page named, and how many follow one another.
    """
    named = have[1:]
    places: dict[str, int] = {}
    for at in range(min(len(named) // LENGTH, MOST)):
        places.setdefault(named[at * LENGTH : (at + 1) * LENGTH], at)
    told: list[str | tuple[int, int]] = []
    for row in rows:
        at = places.get(digest(row), -1)
        last = told[-1] if told else ""
        if at < 0:
            told.append(row)
        elif isinstance(last, tuple) and sum(last) == at:
            told[-1] = (last[0], last[1] + 1)
        else:
            told.append((at, 1))
    return told
