"""Where an administrator says which sites and shifts there are, and which teams belong to them."""

from __future__ import annotations

import re
from collections.abc import Callable

from litestar import get, post
from litestar.exceptions import ClientException
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    page,
    permitted,
    site_of,
)
from agentguard.server.console.team_choice import DIGITS
from agentguard.server.roles import Right
from agentguard.server.store.floor import moves, places
from agentguard.server.store.floor.moves import MoveRefused
from agentguard.server.store.floor.places import Placed
from agentguard.server.store.records import audit

ARRANGE = "/teams/arrange"
LONGEST = 100
LARGEST = 2 * 1024 * 1024
"""Bytes of a form with every team, of which an outsourcer has thousands."""
PLACES = ("site", "shift")
TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
Act = Callable[[Connection], bool]


@get(ARRANGE)
async def show(request: Asked) -> Page:
    """Show sites, shifts, and where each team belongs."""
    return await _page(request, "")


@post(ARRANGE + "/site")
async def add_site(request: Asked) -> Page | Redirect:
    """Add a site."""
    name, zone = await _name(request), (await field(request, "zone", 64)).strip()
    if zone and zone not in places.zones():
        return await _page(request, site_of(request).words.say("console.arrange.no-zone"))
    return await _do(request, "site.added", name, lambda c: places.put_site(c, name, zone))


@post(ARRANGE + "/shift")
async def add_shift(request: Asked) -> Page | Redirect:
    """Add a shift by its hours."""
    name = await _name(request)
    begins, ends = (
        _minutes(await field(request, "begins", 5)),
        _minutes(await field(request, "ends", 5)),
    )
    if begins is None or ends is None:
        return await _page(request, site_of(request).words.say("console.arrange.hours"))
    return await _do(
        request, "shift.added", name, lambda c: places.put_shift(c, name, begins, ends)
    )


@post(ARRANGE + "/team")
async def add_team(request: Asked) -> Page | Redirect:
    """Add a team, so that it can be given to somebody before its first desk is there."""
    name = await _name(request)
    return await _do(request, "team.added", name, lambda c: places.put_team(c, name))


@post(ARRANGE + "/drop")
async def drop(request: Asked) -> Page | Redirect:
    """Take a site or a shift away."""
    kind = "site" if await field(request, "kind", 10) == "site" else "shift"
    id_, now = _id(await field(request, "id", 9)) or 0, site_of(request).now()
    return await _do(request, f"{kind}.dropped", str(id_), lambda c: places.drop(c, kind, id_, now))


@post(ARRANGE + "/place")
async def place(request: Asked) -> Page | Redirect:
    """Say where a team belongs."""
    team = _id(await field(request, "team", 9)) or 0
    near, hours = _id(await field(request, "site", 9)), _id(await field(request, "shift", 9))
    now = site_of(request).now()
    return await _do(
        request, "team.placed", str(team), lambda c: places.place(c, team, near, hours, now)
    )


@post(ARRANGE + "/all", request_max_body_size=LARGEST)
async def keep_all(request: Asked) -> Page | Redirect:
    """Name and place every team that was changed, at once; or none, and say why."""
    site, visitor = site_of(request), permitted(request, Right.MANAGE)
    wanted = []
    teams = (await request.form()).getall("team", [])
    if not teams:
        raise ClientException
    for given in teams:
        id_ = _id(str(given)[:DIGITS]) or 0
        near, hours = [_id(await field(request, f"{one}-{id_}", DIGITS)) for one in PLACES]
        name = await field(request, f"name-{id_}", moves.LONGEST_TEAM + 1)
        wanted.append(Placed(id=id_, name=name, site=near, shift=hours))
    company = site.settings.company
    fixed = frozenset(company.teams.values()) if company else frozenset()
    try:
        await site.database.write(
            lambda c: moves.arrange_teams(c, wanted, visitor.name, site.now(), fixed)
        )
    except MoveRefused as refused:
        said = site.words.say(f"console.moves.refused-{refused.kind}", name=refused.about)
        return await _page(request, said)
    return back(ARRANGE)


async def _do(request: Asked, act: str, subject: str, job: Act) -> Page | Redirect:
    site, visitor = site_of(request), permitted(request, Right.MANAGE)

    def do(connection: Connection) -> bool:
        done = bool(subject) and job(connection)
        if done:
            audit.note(connection, site.now(), visitor.name, act, subject)
        return done

    if await site.database.write(do):
        return back(ARRANGE)
    return await _page(request, site.words.say("console.arrange.not-done"))


async def _page(request: Asked, said: str) -> Page:
    permitted(request, Right.MANAGE)
    site = site_of(request)
    return await page(
        request,
        "arrange.html",
        status=409 if said else 200,
        problem=said,
        sites=await site.database.read(places.sites),
        zones=sorted(places.zones()),
        shifts=await site.database.read(places.shifts),
        teams=await site.database.read(places.list_placed),
        sizes=await site.database.read(places.sizes),
    )


async def _name(request: Asked) -> str:
    return " ".join((await field(request, "name", LONGEST)).replace("\x00", "").split())


def _minutes(text: str) -> int | None:
    found = TIME.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


HANDLERS = (show, add_site, add_shift, add_team, drop, place, keep_all)
