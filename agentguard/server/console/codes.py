"""Enrolment codes: made here, shown once, listed without the code itself, and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.navigation import Entry
from agentguard.server.console.rollout import CODES, way_of
from agentguard.server.console.site import (
    Asked,
    Page,
    Site,
    administrator_of,
    back,
    field,
    page,
    site_of,
)
from agentguard.server.console.team_choice import DIGITS
from agentguard.server.roles import Right
from agentguard.server.store.desks import batch_codes, enrolment_codes
from agentguard.server.store.desks.batch_codes import MOST, Wish
from agentguard.server.store.desks.devices import AGENT, KEEPER
from agentguard.server.store.floor import places
from agentguard.server.store.records import audit

LONGEST_HOURS = 720
LONGEST_LIST = 60_000  # characters of asset tags


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A code that was made just now, for how many desks of which team."""

    code: str
    team: str
    count: int
    keeper: bool


@get(CODES)
async def show(request: Asked) -> Page:
    """Show the codes."""
    administrator_of(request)
    return await _page(request, None, "")


@post(CODES)
async def make(request: Asked) -> Page:
    """Make a code and show it, this once."""
    site, visitor = site_of(request), administrator_of(request)
    team = await _team(request)
    if not team:
        return await _page(request, None, site.words.say("console.codes.no-team"))
    count = _number(await field(request, "count", 10) or "1", MOST)
    hours = _number(await field(request, "hours", 10) or str(site.limits.code_hours), LONGEST_HOURS)
    if not count or not hours:
        return await _page(request, None, site.words.say("console.codes.wrong"))
    wish = Wish(
        team=0,
        most=count,
        hours=hours,
        confirm=bool(await field(request, "confirm")),
        role=KEEPER if await field(request, "keeper") else AGENT,
        assets=(await field(request, "assets", LONGEST_LIST)).splitlines(),
    )
    code = await site.database.write(lambda c: _make(c, site, team, wish, visitor.name))
    return await _page(
        request, _Made(code=code, team=team, count=count, keeper=wish.role == KEEPER), ""
    )


@post(CODES + "/{id_:int}/revoke")
async def revoke(request: Asked, id_: FromPath[int]) -> Redirect:
    """Withdraw a code; the desks that it has taken in stay."""
    site, visitor = site_of(request), administrator_of(request)

    def end(connection: Connection) -> None:
        if batch_codes.revoke(connection, id_, visitor.name, site.now()):
            audit.note(connection, site.now(), visitor.name, "code.revoked", str(id_))

    await site.database.write(end)
    return back(CODES)


async def _team(request: Asked) -> str:
    """Return the name of the team that was chosen, or else that of a new one."""
    known = await field(request, "known", DIGITS)
    if known.isascii() and known.isdigit():
        every = await site_of(request).database.read(places.list_placed)
        return next((one.name for one in every if one.id == int(known)), "")
    return " ".join((await field(request, "team", 100)).split())


def _make(connection: Connection, site: Site, team: str, wish: Wish, by: str) -> str:
    now = site.now()
    audit.note(connection, now, by, "code.made", f"{team} ({wish.most})")
    return enrolment_codes.make_for(connection, team, wish, by, now)


def _number(text: str, most: int) -> int:
    """Return a whole number from 1 to `most`; 0 when it is none."""
    whole = int(text) if text.isascii() and text.isdigit() else 0
    return whole if whole <= most else 0


async def _page(request: Asked, made: _Made | None, problem: str) -> Page:
    site = site_of(request)
    return await page(
        request,
        "codes.html",
        made=made,
        problem=problem,
        hours=site.limits.code_hours,
        teams=await site.database.read(places.list_placed),
        way=way_of(request),
        codes=await site.database.read(lambda c: enrolment_codes.list_codes(c, site.now())),
        batches=await site.database.read(lambda c: batch_codes.list_batches(c, site.now())),
        listed=batch_codes.LISTED,
    )


HANDLERS = (show, make, revoke)
ENTRIES = (Entry(path=CODES, word="codes", group="centre", place=50, right=Right.MANAGE),)
