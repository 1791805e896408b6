"""How it went: desks in order, findings and incidents over days, each chart one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from litestar import get
from sqlalchemy import Connection

from agentguard.server.console import charts, filters
from agentguard.server.console.charts import Chart, Mark
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, page, site_of, visitor_of
from agentguard.server.roles import Scope
from agentguard.server.store.floor import shifts, trends
from agentguard.server.store.floor.trends import Point
from agentguard.server.store.reports import interruptions

TRENDS = "/trends"
SPANS = ("2", "7", "30", "90")  # days
USUAL = "30"
WHOLE = 100.0  # per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A chart with the two numbers that it says; `before` is that of the span before, if known."""

    word: str
    chart: Chart
    now: float
    before: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    reach: Reach
    points: list[Point]
    attention: interruptions.Asked


@get(TRENDS)
async def show(request: Asked) -> Page:
    """Show the trends."""
    site, visitor = site_of(request), visitor_of(request)
    now, wish = site.now(), filters.asked(request, SPANS)
    days = int(wish.kind or USUAL)
    read = await site.database.read(
        partial(_read, wish=wish, scope=visitor.scope, days=days, now=now)
    )
    since = now - days * trends.DAY
    return await page(
        request,
        "trends.html",
        wish=wish,
        days=days,
        lengths=SPANS,
        told=_told(read.points, since, days, whole=not wish.shift)
        if any(p.at >= since for p in read.points)
        else [],
        team=next((one.name for one in read.reach.own if one.id == wish.team), ""),
        sites=read.reach.sites,
        shifts=read.reach.shifts,
        asked=read.attention,
        nagging=sum(one.nags for one in read.attention.checks),
        enough=interruptions.ENOUGH,
    )


def _read(connection: Connection, *, wish: Filter, scope: Scope, days: int, now: float) -> _Read:
    reach = filters.reach(connection, wish, scope)
    if not wish.shift:
        points = trends.trend(connection, reach.teams, _asked(days), now)
    elif days > trends.BY_HOUR:
        working = shifts.hours(connection, reach.teams)
        points = shifts.trend(connection, working, _asked(days), now)
    else:
        working = shifts.hours(connection, reach.teams)
        every = trends.trend(connection, reach.teams, days, now)
        points = [one for one in every if any(each.day(one.at) for each in working)]
    attention = interruptions.added_up(connection, reach.teams)
    return _Read(reach=reach, points=points, attention=attention)


def _asked(days: int) -> int:
    """Return the days to read: twice as many, for the span before; hours have none."""
    return days if days <= trends.BY_HOUR else 2 * days


def _told(points: Sequence[Point], since: float, days: int, *, whole: bool) -> list[Told]:
    hourly = days <= trends.BY_HOUR
    step = trends.HOUR if hourly else trends.DAY
    shown = [one for one in points if one.at >= since]
    earlier = [] if hourly else [one for one in points if one.at < since]
    if not whole and 2 * len(earlier) < days:  # hours that are kept are no whole span before
        earlier = []
    order = Told(
        word="order",
        chart=charts.line(_marks(shown, "order"), step, WHOLE),
        now=_mean(shown, "order") or 0.0,
        before=_mean(earlier, "order"),
    )
    heard = Told(
        word="heard",
        chart=charts.line(_marks(shown, "heard"), step, WHOLE),
        now=_mean(shown, "heard") or 0.0,
        before=_mean(earlier, "heard"),
    )
    if hourly or not whole:
        return [order, heard]
    counted = [
        Told(
            word=word,
            chart=charts.bars(_marks(shown, word), step),
            now=sum(_value(one, word) for one in shown),
            before=sum(_value(one, word) for one in earlier) if earlier else None,
        )
        for word in ("opened", "incidents")
    ]
    return [order, *counted, heard]


def _marks(points: Sequence[Point], word: str) -> list[Mark]:
    return [Mark(at=one.at, value=_value(one, word)) for one in points]


def _mean(points: Sequence[Point], word: str) -> float | None:
    return sum(_value(one, word) for one in points) / len(points) if points else None


def _value(point: Point, word: str) -> float:
    """Return a number of a point.

    Shares are those of the desks that reported, or of all of them.
    """
    heard = point.ok + point.attention + point.failing
    if word == "order":
        return WHOLE * point.ok / heard if heard else 0.0
    if word == "heard":
        return WHOLE * heard / (heard + point.silent) if heard else 0.0
    return float(point.opened if word == "opened" else point.incidents)


HANDLERS = (show,)
ENTRIES = (Entry(path=TRENDS, word="trends", group="over-time", place=30),)
