"""The queue of incidents that agents reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console import filters, live
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    looked,
    page,
    permitted,
    site_of,
    visitor_of,
)
from agentguard.server.roles import Right, Scope
from agentguard.server.store.accounts import members
from agentguard.server.store.reports import incident_queue, incident_sight, incidents
from agentguard.server.store.reports.incident_queue import Listed, View, Wanted
from agentguard.server.store.reports.incidents import Incident

LONGEST_NOTE = 2000
LATELY = 20  # closed ones below those that wait
QUEUE = "/incidents"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    reach: Reach
    counts: dict[str, int]
    lines: int
    listed: list[Listed]
    lately: list[Listed]
    left: frozenset[int]


@get(QUEUE)
async def show(request: Asked) -> Page:
    """Show what waits and what was closed lately; or what nobody signed off; or all closed."""
    values = await _values(request)
    await looked(request, "incidents.seen")
    return await page(request, "incidents.html", **values)


@get(QUEUE + "/part")
async def part(request: Asked) -> Page:
    """Return what the page's script refreshes."""
    return await live.part(request, "incidents.html", **await _values(request))


async def _values(request: Asked) -> dict[str, Any]:
    scope = visitor_of(request).scope
    wish = filters.asked(request, [view.value for view in View], path=QUEUE)
    inside = incident_sight.inside(visitor_of(request))
    read = await site_of(request).database.read(lambda c: _read(c, wish, scope, inside=inside))
    return {
        "wish": wish,
        "counts": read.counts,
        "listed": read.listed,
        "lately": read.lately,
        "left": read.left,
        "sites": read.reach.sites,
        "shifts": read.reach.shifts,
        "pager": filters.pager(wish, read.lines) if read.lines > filters.PAGE else None,
    }


def _read(connection: Connection, wish: Filter, scope: Scope, *, inside: bool) -> _Read:
    reach = filters.reach(connection, wish, scope)
    every = {
        view: Wanted(view=view, teams=reach.teams, desk=wish.text, inside=inside) for view in View
    }
    view = View(wish.kind)
    lately = view is View.WAITING and wish.page == 1
    listed = incident_queue.page(connection, every[view], start=wish.start, limit=filters.PAGE)
    able = members.every_carer(connection)
    return _Read(
        reach=reach,
        counts={one.value: incident_queue.count(connection, every[one]) for one in View},
        lines=incident_queue.lines(connection, every[view]),
        listed=listed,
        lately=incident_queue.page(connection, every[View.CLOSED], start=0, limit=LATELY)
        if lately
        else [],
        left=frozenset(one.incident.id for one in listed if _is_left(one.incident, able)),
    )


def _is_left(one: Incident, able: dict[str, frozenset[str] | None]) -> bool:
    """Check whether nobody has it who may care for it, as when a user is let in no more."""
    if one.holder not in able:
        return True
    teams = able[one.holder]
    return teams is not None and one.team not in teams


@post(QUEUE + "/{id_:int}/take")
async def take(request: Asked, id_: FromPath[int]) -> Redirect:
    """Take an incident up."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    await site.database.write(lambda c: incidents.take_up(c, id_, visitor, site.now()))
    return back(QUEUE)


HANDLERS = (show, part, take)
ENTRIES = (Entry(path=QUEUE, word="incidents", group="now", place=20),)
