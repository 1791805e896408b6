"""A product of the fleet: its versions, how they spread, which desks have it, what is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from sqlalchemy import ColumnElement, Connection, Row

from agentguard.server.console import charts, filters
from agentguard.server.console.charts import Chart, Mark
from agentguard.server.console.exports import as_stream
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.programs import SOFTWARE
from agentguard.server.console.site import Asked, Page, back, looked, page, site_of, visitor_of
from agentguard.server.feeds.sheets import Key, Query, Sheet
from agentguard.server.roles import Scope
from agentguard.server.store.software import fleet_pages, plan_pages, product_pages
from agentguard.server.store.software.counting import STATES, UNNAMED
from agentguard.server.store.software.plan_pages import Line
from agentguard.server.store.software.product_pages import WEEK, WEEKS, Has, Version

LONGEST = 100  # characters of a product's name
SHOWN = 100  # versions in the table; all of them are counted and drawn
LARGEST = 2**31  # of a program's number
PAST = ("exploited", "ended")
COLUMNS = ("desk", "team", "program", "version", "publisher", "state", "known_since")
_Which = ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A chart of installations with its newest value; it stands beside no time before."""

    word: str
    chart: Chart
    now: float
    before: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is shown of a product; of a reach that is too large to be counted `one` alone."""

    reach: Reach
    one: Version
    countable: bool = False
    versions: tuple[Version, ...] = ()
    standing: dict[str, int] | None = None
    weeks: dict[int, list[int]] | None = None
    desks: tuple[Has, ...] = ()
    listed: int = 0


@get(SOFTWARE + "/products/{slug:str}")
async def product(request: Asked, slug: FromPath[str]) -> Page:
    """Show a product that the catalogue or a policy knows."""
    return await _shown(request, product_pages.of_product(slug[:LONGEST]), slug[:LONGEST])


@get(SOFTWARE + "/programs/{id_:int}")
async def name(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Show a name that no rule knows; one that is known by now leads to its product."""
    one = await _named(request, id_)
    if one.address != request.url.path and one.product not in UNNAMED:
        return back(one.address)
    return await _shown(request, product_pages.of_version(one), one.product.strip("-"))


@get(SOFTWARE + "/products/{slug:str}/desks.csv")
async def product_desks(request: Asked, slug: FromPath[str]) -> Stream:
    """Return the desks that have a product as a sheet."""
    return await _sheet(request, product_pages.of_product(slug[:LONGEST]))


@get(SOFTWARE + "/programs/{id_:int}/desks.csv")
async def name_desks(request: Asked, id_: FromPath[int]) -> Stream:
    """Return the desks that have a program of a name as a sheet."""
    return await _sheet(request, product_pages.of_version(await _named(request, id_)))


async def _shown(request: Asked, which: _Which, slug: str) -> Page:
    wish, version = filters.asked(request, STATES), _number(request.query_params.get("version"))
    now, scope = site_of(request).now(), visitor_of(request).scope

    def read(connection: Connection) -> Seen | None:
        return _read(connection, which, wish, version, scope, now)

    seen = await site_of(request).database.read(read)
    if seen is None:
        raise NotFoundException
    await looked(request, "software.product", (slug or seen.one.name)[:LONGEST])
    more = {"version": str(version)} if version else {}
    return await page(
        request,
        "product.html",
        wish=wish,
        slug=slug,
        plan=await _planned(request, slug),
        version=version,
        seen=seen,
        of={one.id: one for one in seen.versions},
        states=STATES,
        shown=SHOWN,
        days=WEEKS * 7,
        sites=seen.reach.sites,
        charts=_charts(seen, now),
        sparks={id_: _spark(told) for id_, told in (seen.weeks or {}).items()},
        most=fleet_pages.MOST_DESKS,
        pager=filters.pager(wish, seen.listed, **more) if seen.listed > filters.PAGE else None,
    )


async def _planned(request: Asked, slug: str) -> Line | None:
    """Return who sees to a product and by when; None for a name that no rule knows."""
    site = site_of(request)
    return await site.database.read(lambda c: plan_pages.of(c, slug, site.now())) if slug else None


def _read(
    connection: Connection, which: _Which, wish: Filter, version: int, scope: Scope, now: float
) -> Seen | None:
    reach, one = filters.reach(connection, wish, scope), product_pages.any_of(connection, which)
    if one is None or not _may_know(connection, which, scope):
        return None
    if not fleet_pages.is_countable(connection, reach.teams):
        return Seen(reach=reach, one=one)
    found = product_pages.versions(connection, reach.teams, which)
    chosen = [each for each in found if version in {0, each.id} and wish.kind in {"", each.state}]
    at = {"start": wish.start, "limit": filters.PAGE}
    return Seen(
        reach=reach,
        one=found[0] if found else one,
        countable=True,
        versions=tuple(found),
        standing=product_pages.standing(connection, reach.teams, found),
        weeks=product_pages.over_time(connection, reach.teams, found, now),
        desks=tuple(product_pages.desks(connection, reach.teams, chosen, **at)),
        listed=sum(each.desks or 0 for each in chosen),
    )


def _may_know(connection: Connection, which: _Which, scope: Scope) -> bool:
    """Check whether it is at a desk that may be seen: what others have does not exist."""
    return scope is None or product_pages.is_somewhere(connection, scope, which)


def _charts(seen: Seen, now: float) -> list[Told]:
    weeks = seen.weeks or {}
    if not weeks:
        return []
    past = [one.id for one in seen.versions if one.state in PAST]
    drawn = [_chart("installed", [weeks[one.id] for one in seen.versions], now)]
    return [*drawn, _chart("installed-past", [weeks[one] for one in past], now)] if past else drawn


def _chart(word: str, told: Sequence[Sequence[int]], now: float) -> Told:
    sums = [float(sum(week)) for week in zip(*told, strict=True)]
    marks = [
        Mark(at=now - WEEK * (len(sums) - 1 - place), value=value)
        for place, value in enumerate(sums)
    ]
    top = charts.ceiling(max(sums))
    chart = charts.line(marks, WEEK, top)
    return Told(word=word, chart=chart, now=sums[-1])


def _spark(told: Sequence[int]) -> str:
    """Return the path of a small line; its picture is as wide as there are weeks, and 20 high."""
    top = max(*told, 1)
    places = (f"{week} {19 - 18 * value / top:.1f}" for week, value in enumerate(told))
    return "M" + " L".join(places)


async def _named(request: Asked, id_: int) -> Version:
    """Return a version by its number; what only others' desks have does not exist."""
    scope = visitor_of(request).scope

    def read(connection: Connection) -> Version | None:
        one = product_pages.named(connection, id_ if 0 < id_ < LARGEST else 0)
        may = one is not None and _may_know(connection, product_pages.of_version(one), scope)
        return one if may else None

    one = await site_of(request).database.read(read)
    if one is None:
        raise NotFoundException
    return one


async def _sheet(request: Asked, which: _Which) -> Stream:
    scope = visitor_of(request).scope

    def read(connection: Connection) -> list[int]:
        may = _may_know(connection, which, scope)
        return product_pages.numbers(connection, which) if may else []

    ids = await site_of(request).database.read(read)
    if not ids:
        raise NotFoundException
    await looked(request, "export.csv", "program-desks")

    def query(after: Key | None) -> Query:
        return product_pages.having(scope, ids, after)

    return as_stream(
        request,
        Sheet(name="program-desks", columns=COLUMNS, query=query, cells=_cells, key=_key),
    )


def _cells(row: Row[Any]) -> Sequence[object]:
    program = (row.name, row.version, row.publisher, row.state)
    return (row.label, row.team_name, *program, row.has_first_seen)


def _key(row: Row[Any]) -> Key:
    return (row.has_program, row.has_device)


def _number(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= filters.DIGITS else 0


HANDLERS = (product, name, product_desks, name_desks)
