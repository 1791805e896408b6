"""Read tokens: made here for other systems, shown once, listed without their value, and ended."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    page,
    permitted,
    site_of,
    told,
)
from agentguard.server.console.team_choice import EVERY, chosen, chosen_teams
from agentguard.server.roles import Right
from agentguard.server.store.accounts import tokens
from agentguard.server.store.accounts.tokens import DAYS, KINDS, Wish
from agentguard.server.store.floor import places
from agentguard.server.store.records import audit

TOKENS = "/tokens"
LONGEST = 100
USUAL = 90  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A token that was made just now."""

    token: str
    name: str


@get(TOKENS)
async def show(request: Asked) -> Page:
    """Show the tokens, when each was used last, and the form for one more."""
    return await _page(request)


@post(TOKENS)
async def make(request: Asked) -> Page | Redirect:
    """Make a token and show it, this once."""
    visitor = permitted(request, Right.MANAGE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    site, now = site_of(request), site_of(request).now()
    name = " ".join((await told(request, "name", LONGEST)).split())
    every, teams = await chosen_teams(request)
    kinds = {kind for kind in await chosen(request, "kind") if kind in KINDS}
    days = await field(request, "days", 4)
    if not name or not kinds or not (every or teams) or days not in map(str, DAYS):
        return await _page(request, problem="console.tokens.lacking")
    wish = Wish(name=name, kinds=kinds, teams=None if every else teams, days=int(days))

    def put(connection: Connection) -> str:
        if not teams <= {one.id for one in places.list_placed(connection)}:
            return ""
        about = f"{name}: {' '.join(sorted(kinds))} ({days} d)"
        audit.note(connection, now, visitor.name, "token.made", about)
        return tokens.make(connection, wish, visitor.name, now)

    token = await site.database.write(put)
    if not token:
        return await _page(request, problem="console.tokens.lacking")
    return await _page(request, _Made(token=token, name=name))


@post(TOKENS + "/{id_:int}/end")
async def end(request: Asked, id_: FromPath[int]) -> Redirect:
    """End a token: it opens nothing any more."""
    visitor = permitted(request, Right.MANAGE)
    site, now = site_of(request), site_of(request).now()

    def stop(connection: Connection) -> None:
        name = tokens.end(connection, id_, visitor.name, now)
        if name is not None:
            audit.note(connection, now, visitor.name, "token.ended", name)

    await site.database.write(stop)
    return back(TOKENS)


async def _page(request: Asked, made: _Made | None = None, *, problem: str = "") -> Page:
    permitted(request, Right.MANAGE)
    site = site_of(request)
    return await page(
        request,
        "tokens.html",
        status=409 if problem else 200,
        problem=site.words.say(problem) if problem else "",
        made=made,
        tokens=await site.database.read(tokens.list_tokens),
        teams=await site.database.read(places.list_placed),
        kinds=KINDS,
        days=DAYS,
        usual=USUAL,
        every=EVERY,
    )


HANDLERS = (show, make, end)
ENTRIES = (Entry(path=TOKENS, word="tokens", group="centre", place=78, right=Right.MANAGE),)
