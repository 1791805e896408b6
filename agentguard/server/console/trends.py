"""How it went: desks in order, findings and incidents over days, each chart one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from litestar import get
from sqlalchemy import Connection

from agentguard.server.console import charts, filters
from agentguard.server.console.charts import Chart, Mark
from agentguard.server.console.filters import Filter, Span
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
ORDER = "order"
SHARES = (ORDER, "heard")
"""The desks in order of those that reported, and those that reported of all that did not sign out.

Where no desk reported, as on a day off, nothing is known of their order: that is not 0 %.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A chart with the two numbers that it says; `before` is that of the span before, if known."""

    word: str
    chart: Chart
    now: float
    before: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    span: Span
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
        team=read.span.team,
        sites=read.span.sites,
        shifts=read.span.shifts,
        asked=read.attention,
        nagging=sum(one.nags for one in read.attention.checks),
        enough=interruptions.ENOUGH,
    )


def _read(connection: Connection, *, wish: Filter, scope: Scope, days: int, now: float) -> _Read:
    span = filters.span(connection, wish, scope)
    if not wish.shift:
        points = trends.trend(connection, span.teams, _asked(days), now)
    elif days > trends.BY_HOUR:
        working = shifts.hours(connection, span.teams)
        points = shifts.trend(connection, working, _asked(days), now)
    else:
        working = shifts.hours(connection, span.teams)
        every = trends.trend(connection, span.teams, days, now)
        points = [one for one in every if any(each.day(one.at) for each in working)]
    attention = interruptions.added_up(connection, span.teams)
    return _Read(span=span, points=points, attention=attention)


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
    shares = [one for word in SHARES for one in _share(word, shown, earlier, step)]
    if hourly or not whole:
        return shares
    counted = [
        Told(
            word=word,
            chart=charts.bars(_marks(shown, word), step),
            now=sum(_value(one, word) for one in shown),
            before=sum(_value(one, word) for one in earlier) if earlier else None,
        )
        for word in ("opened", "incidents")
    ]
    return [*shares[:-1], *counted, *shares[-1:]] if shares else counted


def _share(word: str, shown: Sequence[Point], earlier: Sequence[Point], step: float) -> list[Told]:
    """Return the chart of a share; none where there was never anything to have a share of."""
    marks = [Mark(at=one.at, value=WHOLE * _part(one, word)) for one in shown if _of(one, word)]
    now = _mean(shown, word)
    if now is None:
        return []
    chart = charts.line(marks, step, WHOLE)
    return [Told(word=word, chart=chart, now=now, before=_mean(earlier, word))]


def _mean(points: Sequence[Point], word: str) -> float | None:
    """Return the share over all points in per cent; None when it is one of no desks at all."""
    known = [one for one in points if _of(one, word)]
    return WHOLE * sum(_part(one, word) for one in known) / len(known) if known else None


def _part(point: Point, word: str) -> float:
    """Return a share of a point: of the desks that reported, or of all that were expected."""
    return (point.ok if word == ORDER else _heard(point)) / _of(point, word)


def _of(point: Point, word: str) -> float:
    """Return of how many desks a share is one; 0 when all of them had signed out."""
    return _heard(point) + (0.0 if word == ORDER else point.silent)


def _heard(point: Point) -> float:
    return point.ok + point.attention + point.failing


def _marks(points: Sequence[Point], word: str) -> list[Mark]:
    return [Mark(at=one.at, value=_value(one, word)) for one in points]


def _value(point: Point, word: str) -> float:
    return float(point.opened if word == "opened" else point.incidents)


HANDLERS = (show,)
ENTRIES = (Entry(path=TRENDS, word="trends", group="over-time", place=30),)
