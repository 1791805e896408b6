"""The wall board of a screen that nobody sits at: shown by a grant of its own, read only.

Without a grant the screen shows a code, which an administrator types in under Wall boards. The code
follows from a cookie by the endpoint's key: nothing is kept of who merely asks, and nobody can
choose the code that an administrator reads.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from sqlalchemy import Connection

from agentguard.server.console import floor, live
from agentguard.server.console.browsers import browser_of, cookie, cookie_name
from agentguard.server.console.gate import WALL, WALL_LIVE, WALL_PART
from agentguard.server.console.site import Asked, Page, Site, render, site_of
from agentguard.server.console.streams import OpenPage
from agentguard.server.store.accounts import kiosks
from agentguard.server.store.accounts.kiosks import CODE_SECONDS, Screen
from agentguard.server.store.engine.database import Busy

COOKIE = "wall"
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No letter that reads like a digit."""
LONG, HALF = 8, 4  # characters of a code, and of what is written together
FOREVER = 400 * 24 * 3600  # seconds; browsers keep no cookie for longer, and it is renewed daily
_ASKS, _GRANTED = "ask", "grant"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How a screen stands: what its grant is, else the code to type; with a cookie to set."""

    screen: Screen | None
    code: str = ""
    cookie: Cookie | None = None


@get(WALL)
async def show(request: Asked) -> Page:
    """Show the board, or the code that asks for it and why the last grant is over."""
    at = await _standing(request)
    if at.screen is not None and at.screen.ended_at is None:
        values = await floor.floor_values(request, at.screen.teams, wall=True)
        return _with(render(request, "kiosk.html", screen=at.screen, **values), at)
    return _with(render(request, "kiosk_code.html", ended=at.screen, code=at.code), at)


@get(WALL_PART)
async def part(request: Asked) -> Page:
    """Return what the screen's script refreshes; the page is loaded anew when all of it changes."""
    at = await _standing(request)
    shows = at.screen is not None and at.screen.ended_at is None
    if shows != (request.query_params.get("code") is None):
        anew = render(request, "_kiosk_code.html", status=401, code=at.code)
        return _with(anew, at) if shows else anew  # else the page could not tell who ended it
    if at.screen is None or not shows:
        return _with(await live.part(request, "_kiosk_code.html", menu=False, code=at.code), at)
    values = await floor.floor_values(request, at.screen.teams, wall=True)
    return _with(await live.part(request, "_wall.html", menu=False, **values), at)


@get(WALL_LIVE)
async def news(request: Asked) -> Response[Any]:
    """Tell a screen that has a grant when something of what it shows has changed."""
    site, browser = site_of(request), browser_of(request)
    kind, text = _kept(site, request)
    value, now = kiosks.granted(text) if kind == _GRANTED else "", site.now()
    screen = await site.database.read(lambda c: kiosks.find(c, value, browser, now))
    if screen is None or screen.ended_at is not None:
        said = site.words.say("console.walls.screen-title")
        return Response(said, media_type=MediaType.TEXT, status_code=401)

    teams = screen.teams

    def still(connection: Connection, at: float) -> bool:
        found = kiosks.find(connection, value, browser, at)
        return found is not None and found.ended_at is None and found.teams == teams

    return live.streamed(request, OpenPage(owner=f"screen {screen.id}", scope=teams, still=still))


async def _standing(request: Asked) -> _Standing:
    site, browser = site_of(request), browser_of(request)
    kind, text = _kept(site, request)
    now, code = site.now(), ""
    if kind == _ASKS:
        code = code_of(site, text) if _is_young(text, now) else ""
    value = kiosks.granted(text) if kind == _GRANTED else kiosks.asking(code)
    screen = await site.database.read(lambda c: kiosks.find(c, value, browser, now))
    if screen is not None and screen.ended_at is None:
        return _Standing(screen=screen, cookie=await _seen(site, value, browser))
    if kind == _ASKS and code and screen is None:
        return _Standing(screen=None, code=code)
    fresh = f"{int(now)}-{secrets.token_urlsafe(24)}"
    return _Standing(
        screen=screen, code=code_of(site, fresh), cookie=_cookie(site, f"{_ASKS}.{fresh}")
    )


def _kept(site: Site, request: Asked) -> tuple[str, str]:
    """Return what a screen's browser keeps, a request or a grant, and its secret; else empty."""
    kind, _, text = request.cookies.get(cookie_name(site, COOKIE), "").partition(".")
    return kind, text


async def _seen(site: Site, value: str, browser: str) -> Cookie | None:
    """Write the visit down where it has news; the board is shown also while that cannot be."""
    now = site.now()
    if not await site.database.read(lambda c: kiosks.has_news(c, value, browser, now)):
        return None

    def follow(text: str) -> str:
        return site.keys.token(f"wall board's next {text}")

    with suppress(Busy):
        admitted = await site.database.write(lambda c: kiosks.admit(c, value, browser, now, follow))
        if admitted is not None and admitted.token:
            return _cookie(site, f"{_GRANTED}.{admitted.token}")
    return None


def code_of(site: Site, text: str) -> str:
    """Return the code of a screen that asks: eight characters that only this endpoint can make."""
    number, code = int(site.keys.token(f"wall board {text}"), 16), ""
    for _ in range(LONG):
        number, sign = divmod(number, len(ALPHABET))
        code += ALPHABET[sign]
    return code


def _is_young(text: str, now: float) -> bool:
    begun = text.partition("-")[0]
    return begun.isascii() and begun.isdigit() and 0 <= now - int(begun[:12]) < CODE_SECONDS


def _cookie(site: Site, value: str) -> Cookie:
    return replace(cookie(site, value, COOKIE, seconds=FOREVER), samesite="strict")


def _with(shown: Page, at: _Standing) -> Page:
    if at.cookie is not None:
        shown.set_cookie(at.cookie)
    return shown


HANDLERS = (show, part, news)
