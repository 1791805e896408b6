"""Drills: how they went by team and by drill, what failed, and a form that asks desks for some."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.base import paths
from agentguard.server.console import filters
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    page,
    permitted,
    site_of,
    visitor_of,
)
from agentguard.server.roles import Right
from agentguard.server.store.floor import drills, places
from agentguard.server.store.floor.places import Placed
from agentguard.server.store.records import audit
from agentguard.server.store.reports.drills import FAILED

DRILLS = "/drills"
EVERY = "every"
LONGEST = 60
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    runs: list[drills.Last]
    teams: list[Placed]


@get(DRILLS)
async def show(request: Asked) -> Page:
    """Show how the last drills went."""
    return await _page(request)


@post(DRILLS)
async def ask(request: Asked) -> Page | Redirect:
    """Ask the desks of a team, or of all that the visitor sees, for drills."""
    visitor = permitted(request, Right.CARE)
    site, now = site_of(request), site_of(request).now()
    wanted, team = await field(request, "drill", LONGEST), await field(request, "team", LONGEST)
    known = drill_ids()
    if wanted != EVERY and wanted not in known:
        return await _page(request, problem="console.drills.no-drill")

    def put(connection: Connection) -> int | None:
        there = {str(one.id): one.id for one in _seen(connection, visitor.scope)}
        if team != EVERY and team not in there:
            return None
        teams = visitor.scope if team == EVERY else frozenset({there[team]})
        asked = known if wanted == EVERY else (wanted,)
        many = drills.ask(connection, asked, teams, visitor.name, now)
        audit.note(connection, now, visitor.name, "drill.asked", f"{wanted}, {team}")
        return many

    if await site.database.write(put) is None:
        return await _page(request, problem="console.drills.no-team")
    return back(DRILLS + "?asked=1")


@cache
def drill_ids() -> tuple[str, ...]:
    """Return the drills that have words: what an agent of this release knows."""
    file = paths.resources() / "text" / "en" / "drills.toml"
    tables = tomllib.loads(file.read_text(encoding="utf-8"))["drill"]
    return tuple(sorted(id_ for id_, table in tables.items() if "title" in table))


def _seen(connection: Connection, scope: frozenset[int] | None) -> list[Placed]:
    every = places.list_placed(connection)
    return [one for one in every if scope is None or one.id in scope]


async def _page(request: Asked, *, problem: str = "") -> Page:
    site, visitor = site_of(request), visitor_of(request)
    wish, now = filters.asked(request), site.now()

    def read(connection: Connection) -> _Read:
        scope = filters.reach(connection, wish, visitor.scope).teams
        runs = drills.last_runs(connection, scope)
        return _Read(runs=runs, teams=_seen(connection, visitor.scope))

    told = await site.database.read(read)
    teams, failed = drills.by_team(told.runs, now), [r for r in told.runs if r.outcome == FAILED]
    return await page(
        request,
        "drills.html",
        status=409 if problem else 200,
        problem=site.words.say(problem) if problem else "",
        asked=request.query_params.get("asked") == "1" and not problem,
        rows=teams[wish.start : wish.start + filters.PAGE],
        pager=filters.pager(wish, len(teams)) if len(teams) > filters.PAGE else None,
        drills=drills.by_drill(told.runs, now),
        failed=failed[:SHOWN],
        known=drill_ids(),
        teams=told.teams,
        every=EVERY,
    )


HANDLERS = (show, ask)
ENTRIES = (Entry(path=DRILLS, word="drills", group="over-time", place=55),)
