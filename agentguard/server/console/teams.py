"""How teams, sites and shifts stand now, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from litestar import get
from sqlalchemy import Connection

from agentguard.server.console import filters
from agentguard.server.console.filters import Filter
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, page, site_of, visitor_of
from agentguard.server.roles import Scope
from agentguard.server.store.floor import board, handovers, places
from agentguard.server.store.floor.board import Wanted
from agentguard.server.store.floor.handovers import NONE, Handovers, Lacking
from agentguard.server.store.floor.places import Placed
from agentguard.server.store.floor.team_counts import TIERS, TeamCount, most_trouble_first

TEAMS = "/teams"
BY = ("site", "shift")
DAY = 86400.0
HANDOVER_DAYS = 7  # for which handovers are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A team, a site or a shift; `id` is None for teams that belong nowhere."""

    id: int | None
    name: str
    about: str
    counts: dict[str, int]
    handovers: Handovers = NONE

    @property
    def total(self) -> int:
        """How many desks there are."""
        return sum(self.counts.values())


@get(TEAMS)
async def show(request: Asked) -> Page:
    """Show teams, or sites, or shifts."""
    site, visitor = site_of(request), visitor_of(request)
    wish = filters.asked(request, BY)
    cutoff = site.now() - site.limits.silent_after
    since = site.now() - HANDOVER_DAYS * DAY
    rows, many, lacking = await site.database.read(
        partial(_read, wish=wish, scope=visitor.scope, cutoff=cutoff, since=since)
    )
    return await page(
        request,
        "teams.html",
        wish=wish,
        by=wish.kind or "team",
        rows=rows,
        pager=filters.pager(wish, many) if many > filters.PAGE else None,
        lacking=lacking,
        longest=filters.PAGE,
        days=HANDOVER_DAYS,
    )


def _read(
    connection: Connection, *, wish: Filter, scope: Scope, cutoff: float, since: float
) -> tuple[list[Row], int, list[Lacking]]:
    span = filters.span(connection, wish, scope)
    asked = board.prepared(connection, Wanted(teams=span.teams, cutoff=cutoff))
    told = handovers.by_team(connection, span.teams, since)
    lacking = handovers.lacking(connection, span.teams, filters.PAGE)
    names: dict[str, dict[int, str]] = {
        "site": {one.id: one.name for one in span.sites},
        "shift": {one.id: f"{one.name} · {one.hours}" for one in span.shifts},
    }
    if wish.kind:
        counts = board.counts(connection, asked)
        near = {one.id: one for one in places.list_placed(connection, span.teams)}
        rows = _together(counts, near, wish.kind, names[wish.kind], told)
        rows.sort(key=lambda row: (*most_trouble_first(row.counts), row.name))
        return rows[wish.start : wish.start + filters.PAGE], len(rows), lacking
    stands, at = board.standing(connection, asked), {"start": wish.start, "limit": filters.PAGE}
    worst, many = board.worst(connection, asked, stands, **at)
    ids = frozenset(one.id for one in worst)
    near = {one.id: one for one in places.list_placed(connection, ids)}
    return [_team(one, near[one.id], names, told) for one in worst], many, lacking


def _team(
    count: TeamCount, at: Placed, names: dict[str, dict[int, str]], told: dict[int, Handovers]
) -> Row:
    where = (names["site"].get(at.site or 0), names["shift"].get(at.shift or 0))
    about = " · ".join(one for one in where if one)
    return Row(
        id=count.id,
        name=count.name,
        about=about,
        counts=count.counts,
        handovers=told.get(count.id, NONE),
    )


def _together(
    counts: Iterable[TeamCount],
    near: dict[int, Placed],
    kind: str,
    names: dict[int, str],
    told: dict[int, Handovers],
) -> list[Row]:
    """Add teams up by where they belong."""
    sums: dict[int | None, dict[str, int]] = {}
    handed: dict[int | None, Handovers] = {}
    for one in counts:
        where = near[one.id].site if kind == "site" else near[one.id].shift
        had = sums.setdefault(where, dict.fromkeys(TIERS, 0))
        sums[where] = {tier: had[tier] + one.counts[tier] for tier in TIERS}
        handed[where] = handed.get(where, NONE) + told.get(one.id, NONE)
    return [
        Row(
            id=where,
            name=names.get(where or 0, ""),
            about="",
            counts=total,
            handovers=handed[where],
        )
        for where, total in sums.items()
    ]


HANDLERS = (show,)
ENTRIES = (Entry(path=TEAMS, word="teams", group="over-time", place=10),)
