"""The fleet's programs: by product and state, as a sheet, which desks, and what changed lately."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from litestar import Response, get
from sqlalchemy import Connection

from agentguard.server.console import filters, program_filter
from agentguard.server.console.exports import CSV
from agentguard.server.console.filters import Reach
from agentguard.server.console.navigation import Entry
from agentguard.server.console.program_filter import CLASSES, KINDS, ProgramFilter
from agentguard.server.console.site import Asked, Page, looked, page, site_of, visitor_of
from agentguard.server.feeds import sheets
from agentguard.server.roles import Scope
from agentguard.server.store.software import changes, desk_programs, fleet_pages
from agentguard.server.store.software.changes import Change
from agentguard.server.store.software.counting import STATES
from agentguard.server.store.software.desk_programs import PARTIAL, UNTOLD, Standing
from agentguard.server.store.software.fleet_pages import Listed, Overview, Product

SOFTWARE = "/software"
MOST_ROWS = 100_000  # of a sheet
FIRST = 10  # changes of a kind that are shown when none was chosen
DAY = 86_400.0
SPANS = ("7", "30")
COLUMNS = (
    "program", "publisher", "product", "kind", "state", "since", "support_ends", "desks",
    "versions", "first_seen",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a list shows; nothing but the reach when its desks are too many to be counted."""

    reach: Reach
    whole: Overview | None = None
    listed: Listed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changed:
    reach: Reach
    found: dict[str, tuple[list[Change], int]]


@get(SOFTWARE)
async def show(request: Asked) -> Page:
    """Show the programs, the worst first, and how many desks have them."""
    wish, scope = program_filter.asked(request), visitor_of(request).scope
    read = await site_of(request).database.read(partial(_read, wish=wish, scope=scope))
    many = read.listed.many if read.listed else {}
    total = many.get(wish.kind, 0) if wish.kind else sum(many.values())
    return await page(
        request,
        "programs.html",
        wish=wish,
        states=STATES,
        classes=CLASSES,
        kinds=KINDS,
        whole=read.whole,
        listed=read.listed,
        most=fleet_pages.MOST_DESKS,
        pager=filters.pager(wish, total) if total > filters.PAGE else None,
        sites=read.reach.sites,
        teams=program_filter.teams(read.reach),
    )


@get(SOFTWARE + "/programs.csv")
async def sheet(request: Asked) -> Response[str]:
    """Return the same list as a sheet."""
    wish, scope = program_filter.asked(request), visitor_of(request).scope
    rows = await site_of(request).database.read(partial(_every, wish=wish, scope=scope))
    await looked(request, "export.csv", "programs")
    text = sheets.BOM + sheets.lines([COLUMNS, *map(_cells, rows)])
    named = {"content-disposition": 'attachment; filename="programs.csv"'}
    return Response(text, media_type=CSV, headers=named)


@get(SOFTWARE + "/desks")
async def desks(request: Asked) -> Page:
    """Show which desks told nothing, not all, or have a program in a state."""
    scope, kinds = visitor_of(request).scope, (UNTOLD, PARTIAL, *STATES[:5])
    wish = filters.asked(request, kinds)
    kind = wish.kind or UNTOLD

    def read(connection: Connection) -> tuple[Reach, int, list[Standing]]:
        reach = filters.reach(connection, wish, scope)
        total = desk_programs.how_many_stand(connection, reach.teams, kind)
        at = {"start": wish.start, "limit": filters.PAGE}
        return reach, total, desk_programs.standing(connection, reach.teams, kind, **at)

    reach, total, rows = await site_of(request).database.read(read)
    await looked(request, "software.desks", kind)
    return await page(
        request,
        "program_desks.html",
        wish=wish,
        kind=kind,
        kinds=kinds,
        states=STATES,
        total=total,
        rows=rows,
        sites=reach.sites,
        pager=filters.pager(wish, total) if total > filters.PAGE else None,
    )


@get(SOFTWARE + "/changes")
async def changed(request: Asked) -> Page:
    """Show what came, went, is new or judged otherwise in the last week, or longer."""
    site, scope = site_of(request), visitor_of(request).scope
    days = str(request.query_params.get("days", ""))
    days = days if days in SPANS else SPANS[0]
    wish, since = filters.asked(request, changes.KINDS), site.now() - int(days) * DAY

    def read(connection: Connection) -> _Changed | None:
        reach = filters.reach(connection, wish, scope)
        if not fleet_pages.is_countable(connection, reach.teams):
            return None
        kinds = (wish.kind,) if wish.kind else changes.KINDS
        at = (wish.start, filters.PAGE) if wish.kind else (0, FIRST)
        found = {
            one: changes.changed(connection, reach.teams, one, since, start=at[0], limit=at[1])
            for one in kinds
        }
        return _Changed(reach=reach, found=found)

    read_ = await site.database.read(read)
    total = read_.found[wish.kind][1] if read_ is not None and wish.kind else 0
    return await page(
        request,
        "program_changes.html",
        wish=wish,
        days=days,
        choices=SPANS,
        changes=read_,
        most=fleet_pages.MOST_DESKS,
        first=FIRST,
        pager=filters.pager(wish, total, days=days) if total > filters.PAGE else None,
    )


def _read(connection: Connection, *, wish: ProgramFilter, scope: Scope) -> _Read:
    reach = filters.reach(connection, wish, scope)
    if not fleet_pages.is_countable(connection, reach.teams):
        return _Read(reach=reach)
    wanted = wish.wanted(connection, reach.teams)
    start, limit = wish.start, filters.PAGE
    return _Read(
        reach=reach,
        whole=fleet_pages.overview(connection, reach.teams),
        listed=fleet_pages.products(connection, wanted, wish.sort, start=start, limit=limit),
    )


def _every(connection: Connection, *, wish: ProgramFilter, scope: Scope) -> list[Product]:
    reach = filters.reach(connection, wish, scope)
    if not fleet_pages.is_countable(connection, reach.teams):
        return []
    wanted = wish.wanted(connection, reach.teams)
    return fleet_pages.products(connection, wanted, wish.sort, start=0, limit=MOST_ROWS).rows


def _cells(one: Product) -> tuple[object, ...]:
    return (
        one.title, one.publisher, one.product, one.kind, one.state, one.since, one.ends, one.desks,
        one.versions, one.first_seen,
    )  # fmt: skip


HANDLERS = (show, sheet, desks, changed)
ENTRIES = (Entry(path=SOFTWARE, word="programs", group="software", place=10),)
