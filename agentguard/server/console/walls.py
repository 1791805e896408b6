"""Wall boards: screens that show the floor without anybody signed in, granted and ended here."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.browsers import address_of
from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.gate import WALL
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
from agentguard.server.console.team_choice import EVERY, chosen_teams
from agentguard.server.console.wall import ALPHABET, LONG
from agentguard.server.roles import Right
from agentguard.server.store.accounts import kiosks
from agentguard.server.store.floor import places
from agentguard.server.store.records import audit

WALLS = "/walls"
LONGEST = 100


@get(WALLS)
async def show(request: Asked) -> Page:
    """Show the screens, when each was seen last, and the form for one more."""
    return await _page(request)


@post(WALLS)
async def grant(request: Asked) -> Page | Redirect:
    """Let the screen with this code show the chosen teams."""
    visitor = permitted(request, Right.MANAGE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    site, now = site_of(request), site_of(request).now()
    typed = (await field(request, "code", 30)).upper()
    code = "".join(sign for sign in typed if sign not in "- ")
    if len(code) != LONG or not set(code) <= set(ALPHABET):
        return await _page(request, problem="console.walls.wrong-code")
    name = " ".join((await told(request, "name", LONGEST)).split())
    every, teams = await chosen_teams(request)
    if not name:
        return await _page(request, problem="console.walls.no-name")
    if not every and not teams:
        return await _page(request, problem="console.walls.no-team")

    def put(connection: Connection) -> bool:
        there = {one.id for one in places.list_placed(connection)}
        if kiosks.is_known(connection, code) or not teams <= there:
            return False
        kiosks.grant(connection, code, name, None if every else sorted(teams), visitor.name, now)
        audit.note(connection, now, visitor.name, "wall.granted", name)
        return True

    if not await site.database.write(put):
        return await _page(request, problem="console.walls.known-code")
    return back(WALLS)


@post(WALLS + "/{id_:int}/end")
async def end(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Show nothing on a screen any more."""
    visitor = permitted(request, Right.MANAGE)
    site, now = site_of(request), site_of(request).now()

    def stop(connection: Connection) -> None:
        name = kiosks.end(connection, id_, visitor.name, now)
        if name is not None:
            audit.note(connection, now, visitor.name, "wall.ended", name)

    await site.database.write(stop)
    return back(WALLS)


async def _page(request: Asked, *, problem: str = "") -> Page:
    permitted(request, Right.MANAGE)
    site = site_of(request)
    return await page(
        request,
        "walls.html",
        status=409 if problem else 200,
        problem=site.words.say(problem) if problem else "",
        address=address_of(request) + WALL,
        screens=await site.database.read(kiosks.list_screens),
        teams=await site.database.read(places.list_placed),
        every=EVERY,
        late=kiosks.LATELY * 3,
    )


HANDLERS = (show, grant, end)
ENTRIES = (Entry(path=WALLS, word="walls", group="centre", place=75, right=Right.MANAGE),)
