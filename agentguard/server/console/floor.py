"""Today's floor: who needs a word now, worst first, since when, and what to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get
from sqlalchemy import Connection

from agentguard.server.console import filters, live
from agentguard.server.console.filters import Filter, Span
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, looked, page, render, site_of, visitor_of
from agentguard.server.roles import Scope
from agentguard.server.store.desks import goodbyes
from agentguard.server.store.desks.desk_status import worst_first
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.floor import board, pages
from agentguard.server.store.floor.board import Wanted
from agentguard.server.store.floor.pages import Desk
from agentguard.server.store.floor.team_counts import TIERS, TeamCount, most_trouble_first
from agentguard.wire import v1

MOST_FINE = 300  # desks up to which the fine ones are named as well
MOST_TEAMS = 24  # on a wall board
_TIER = {"act": "failing", "attention": "attention", "blind": "attention", "good": "ok"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A desk on the floor; `control` is the worst one, `more` counts the other bad ones."""

    desk: Desk
    tier: str
    blind: bool
    control: v1.Control | None
    since: float
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamView:
    """A team with what is shown of its desks; `away` said goodbye before they fell silent."""

    team: TeamCount
    words: tuple[Line, ...]
    away: tuple[Line, ...]
    fine: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    span: Span
    many: dict[str, int]
    teams: list[TeamCount]
    board: list[TeamCount]
    desks: list[Desk]


def line(desk: Desk, now: float, silent_after: float) -> Line:
    """Judge a desk: an old report proves nothing, so silence comes before its last posture."""
    bad = worst_first(desk.controls)
    control = bad[0] if bad else None
    blind = desk.overall == "blind"
    if desk.last_seen is None or now - desk.last_seen > silent_after:
        since = desk.last_seen if desk.last_seen is not None else desk.enrolled_at
        away = goodbyes.counts(desk.goodbye, desk.goodbye_at, now - silent_after)
        since = desk.goodbye_at if away else since
        tier = "away" if away else "silent"
        return Line(desk=desk, tier=tier, blind=False, control=None, since=since, more=0)
    return Line(
        desk=desk,
        tier=_TIER.get(desk.overall, "attention"),
        blind=blind,
        control=control,
        since=seconds(control.since, now) if control else now,
        more=max(0, len(bad) - 1),
    )


def views(lines: Iterable[Line], counts: Sequence[TeamCount]) -> list[TeamView]:
    """Group lines by team, the worst team first; the lines keep their order."""
    by_team: dict[str, list[Line]] = {}
    for one in lines:
        by_team.setdefault(one.desk.team, []).append(one)
    shown = [
        TeamView(
            team=team,
            words=tuple(one for one in by_team[team.name] if one.tier in TIERS[:3]),
            away=tuple(one for one in by_team[team.name] if one.tier == "away"),
            fine=tuple(one for one in by_team[team.name] if one.tier == "ok"),
        )
        for team in counts
        if team.name in by_team
    ]
    return sorted(shown, key=lambda view: most_trouble_first(view.team.counts))


def _read(
    connection: Connection, wish: Filter, scope: Scope, cutoff: float, *, wall: bool
) -> _Read:
    span = filters.span(connection, wish, scope)
    asked = Wanted(teams=span.teams, cutoff=cutoff, text=wish.text)
    wanted = board.prepared(connection, asked)
    stands = board.standing(connection, wanted)
    tiers, paged = _tiers(wish, stands.many)
    start, limit = (wish.start, filters.PAGE) if paged else (0, MOST_FINE)
    ids = board.page(connection, wanted, tiers, stands.many, start=start, limit=limit)
    desks = pages.among(connection, ids)
    shown = frozenset(one.team_id for one in desks)
    most = {"start": 0, "limit": MOST_TEAMS}
    return _Read(
        span=span,
        many=stands.many,
        teams=board.among(connection, wanted, stands, shown) if shown else [],
        board=board.worst(connection, wanted, stands, **most)[0] if wall else [],
        desks=desks,
    )


def _tiers(wish: Filter, many: dict[str, int]) -> tuple[tuple[str, ...], bool]:
    """Say which desks are listed, and whether page by page.

    Those that were asked for; else all of a small floor; else who needs a word.
    """
    if wish.kind:
        return (wish.kind,), many[wish.kind] > filters.PAGE
    if sum(many.values()) <= MOST_FINE:
        return TIERS, False
    return TIERS[:3], sum(many[tier] for tier in TIERS[:3]) > filters.PAGE


async def _values(request: Asked, *, wall: bool = False) -> dict[str, Any]:
    return await floor_values(request, visitor_of(request).scope, wall=wall)


async def floor_values(request: Asked, scope: Scope, *, wall: bool) -> dict[str, Any]:
    """Return what the floor or the wall board shows of these teams, as the address asks for."""
    site = site_of(request)
    now, silent = site.now(), site.limits.silent_after
    wish = filters.asked(request, TIERS, path="/")
    read = await site.database.read(lambda c: _read(c, wish, scope, now - silent, wall=wall))
    many = read.many
    tiers, paged = _tiers(wish, many)
    return {
        "wish": wish,
        "counts": many,
        "total": sum(many.values()),
        "teams": views((line(desk, now, silent) for desk in read.desks), read.teams),
        "team": read.span.team,
        "pager": filters.pager(wish, sum(many[t] for t in tiers)) if paged else None,
        "board": read.board,
        "sites": read.span.sites,
        "shifts": read.span.shifts,
    }


@get("/")
async def show(request: Asked) -> Page:
    """Show the floor."""
    values = await _values(request)
    await looked(request, "floor.seen", values["team"])
    return await page(request, "floor.html", **values)


@get("/floor/part")
async def part(request: Asked) -> Page:
    """Return what the page's script refreshes."""
    return await live.part(request, "_floor.html", **await _values(request))


@get("/floor/wall")
async def wall(request: Asked) -> Page:
    """Show the floor on a large screen that nobody sits at."""
    return render(request, "wall.html", **await _values(request, wall=True))


@get("/floor/wall/part")
async def wall_part(request: Asked) -> Page:
    """Return what the wall board's script refreshes."""
    values = await _values(request, wall=True)
    return await live.part(request, "_wall.html", menu=False, **values)


HANDLERS = (show, part, wall, wall_part)
ENTRIES = (Entry(path="/", word="floor", group="now", place=10, also=("/desk", "/floor")),)
