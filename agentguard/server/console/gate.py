"""The console's gate: who is signed in, where a form came from, and the security headers.

It stands outside the framework, so that no page can be forgotten: without a session there is the
sign-in page and nothing else.

What a request brought along is forgotten once it is answered. Litestar keeps the last 1,024 forms,
lines of cookies and query strings that it read, for whoever sends the same again: passwords, the
tokens of sessions, the codes with which a company signs its people in. They are kept by caches of
the process, and live far longer than what they open.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from litestar._asgi.routing_trie.traversal import parse_path_params
from litestar._kwargs.extractors import create_query_default_dict
from litestar._parsers import (
    parse_cookie_string,
    parse_query_string,
    parse_url_encoded_form_data,
)
from litestar.datastructures import URL, Cookie
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from agentguard.server.console import assets, clocks, spoken
from agentguard.server.console.assets import STATIC
from agentguard.server.console.browsers import cookie_of, family_of
from agentguard.server.console.site import Site
from agentguard.server.console.streams import KIND
from agentguard.server.console.way_back import kept, lost
from agentguard.server.http_messages import Answer, App, Receive, Scope, Send, reply
from agentguard.server.store.accounts import people, sessions
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.engine.database import Busy
from agentguard.server.store.records import audit

LOG = logging.getLogger(__name__)
SIGN_IN = "/sign-in"
WALL, WALL_PART, WALL_LIVE = "/wall", "/wall/part", "/wall/live"
REFRESH = b"x-refresh"  # the page's own script asks; it does not keep a session alive
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PERMISSIONS = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", PERMISSIONS.encode()),
)
_KEPT = (
    parse_url_encoded_form_data,
    parse_cookie_string,
    parse_query_string,
    create_query_default_dict,
    parse_path_params,
    URL.from_components,
    urlsplit,  # Python's own, with the addresses that a page takes apart
    URL._new,  # noqa: SLF001 - where an address is kept with its query string
)


class Gate:
    """Wraps the console's pages."""

    def __init__(self, inner: App, site: Site) -> None:
        self._inner = inner
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        scope = _storable(scope)
        headers = dict(scope["headers"])
        guarded = self._guarded(scope["path"], assets.packed(send, headers))
        state = scope.setdefault("state", {})
        state["language"] = spoken.language("", headers, self._site.settings.language)
        try:
            visitor = await self._visitor(headers)
        except (Busy, SQLAlchemyError) as error:
            LOG.error("who asks could not be looked up: %s", type(error).__name__)  # noqa: TRY400
            await self._say(scope, guarded, 503, "console.error.unread")
            return
        state["visitor"] = visitor
        state["zone"] = clocks.clock("" if visitor is None else visitor.zone, headers)
        if visitor is not None:
            own = visitor.language
            state["language"] = spoken.language(own, headers, self._site.settings.language)
        if scope["method"] not in SAFE and not _same_origin(scope, headers):
            await self._say(scope, guarded, 403, "console.error.origin")
        elif visitor is None and not is_open(scope["path"]):
            await self._turn_away(scope, headers, guarded)
        else:
            try:
                await self._inner(scope, receive, guarded)
            finally:
                forget()

    async def _visitor(self, headers: dict[bytes, bytes]) -> Visitor | None:
        token = cookie_of(headers, self._site.cookie)
        if not token:
            return None
        site = self._site
        now = site.now()
        browser = family_of(headers)
        found = await site.database.read(
            lambda c: people.visitor(c, token, now, site.limits, browser=browser)
        )
        if found is None:
            await self._end_carried_away(token, browser)
            return None
        visitor, stale = found
        if stale and not by_itself(headers):
            with suppress(Busy):  # a page is shown all the same; the next one notes the time
                await site.database.write(lambda c: people.touch(c, token, now))
        return visitor

    async def _end_carried_away(self, token: str, browser: str) -> None:
        """End a session that turns up in another browser, for its owner too: it was stolen."""
        site = self._site
        name = await site.database.read(lambda c: sessions.carried_away(c, token, browser))
        if not name:
            return

        def end(connection: Connection) -> None:
            people.end(connection, token)
            audit.note(connection, site.now(), name, "session.carried-away", browser)

        await site.database.write(end)
        LOG.warning("a session turned up in another browser and was ended")

    async def _turn_away(self, scope: Scope, headers: dict[bytes, bytes], send: Send) -> None:
        """Send to the sign-in page, and remember which page was asked for."""
        if by_itself(headers):
            await self._say(scope, send, 401, "console.error.signed-out")
            return
        more = [("location", SIGN_IN)]
        way: Cookie | None
        if scope["method"] == "GET":
            ended = bool(cookie_of(headers, self._site.cookie))
            way = kept(self._site, scope["path"], scope.get("query_string", b""), ended=ended)
        else:
            told = (headers.get(one, b"").decode("latin-1") for one in (b"referer", b"host"))
            way = lost(self._site, scope["path"], *told)
        if way is not None:
            more.append(("set-cookie", way.to_header(header="").strip()))
        given = Answer(status=303, body=b"", headers=tuple(more))
        await reply(send, given, self._site.now())

    async def _say(self, scope: Scope, send: Send, status: int, id_: str) -> None:
        text = self._site.speaking(scope["state"]["language"]).words.say(id_).encode()
        given = Answer(status=status, body=text, kind="text/plain; charset=utf-8")
        await reply(send, given, self._site.now())

    def _guarded(self, path: str, send: Send) -> Send:
        more = [*HEADERS]
        if self._site.settings.secure:
            more.append((b"strict-transport-security", b"max-age=31536000"))
        cache = assets.caching(path) if path.startswith(STATIC) else b"no-store"

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._site.now(), usegmt=True).encode()
                kept = [h for h in message["headers"] if h[0] not in {b"cache-control", b"date"}]
                message["headers"] = [*kept, *more, (b"cache-control", cache), (b"date", date)]
            await send(message)

        return guarded


def _storable(scope: Scope) -> Scope:
    """Leave NULs out of an address: no text of PostgreSQL can hold one, so no page means one."""
    path, query = scope["path"].replace("\x00", ""), scope.get("query_string", b"")
    return {**scope, "path": path, "query_string": query.replace(b"%00", b"")}


def by_itself(headers: Mapping[bytes, bytes]) -> bool:
    """Check whether a page asks by itself, and nobody there has done anything.

    It does so for its part, or for a stream, whose request can carry no header of a script's.
    """
    return REFRESH in headers or headers.get(b"accept") == KIND.encode()


def is_open(path: str) -> bool:
    """Check whether a page is there for people who are not signed in.

    The wall board is: a grant of its own opens it, and nothing else.
    """
    return path in {SIGN_IN, WALL, WALL_PART, WALL_LIVE} or path.startswith((f"{SIGN_IN}/", STATIC))


def _same_origin(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Believe the browser's own word on where a form comes from; without one, refuse."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin"
    own = b"%s://%s" % (scope["scheme"].encode(), headers.get(b"host", b""))
    return headers.get(b"origin") == own


def forget() -> None:
    """Empty what the framework keeps of requests; one that is being read is read anew."""
    for cache in _KEPT:
        cache.cache_clear()  # type: ignore[union-attr]  # the types of `urlsplit` hide its cache
