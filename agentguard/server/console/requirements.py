"""What held, by requirement: shares of the time that was watched, by team and week, with gaps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from agentguard.base import requirements
from agentguard.base.requirements import Framework, Requirement
from agentguard.model.held import State
from agentguard.server.console import filters
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.held_lines import Desks, Line, columns, line
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, page, site_of, visitor_of
from agentguard.server.roles import Scope
from agentguard.server.store.control_history import day_sums, days, team_places
from agentguard.server.store.control_history.day_sums import By, Sum, Wanted, Worst

REQUIREMENTS = "/requirements"
SPANS = ("7", "30", "92", "365")  # days
USUAL = "30"
DAY = 86400
TEAM, SITE = ("team",), ("site",)
BYS: tuple[tuple[str, ...], ...] = (TEAM, SITE, ())
"""How desks are told apart: the worst of a team, of a site, and of all."""
Checks = Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A control of a requirement: all of what was asked, its sites and teams, and its weeks."""

    check: str
    whole: Line
    places: list[Line]
    weeks: list[Line]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    reach: Reach
    by_place: list[Sum]
    by_week: list[Sum] = field(default_factory=list)
    worst: dict[By, list[Worst]] = field(default_factory=dict)
    desks: Desks = field(default_factory=Desks)
    sites: Mapping[int, str] = field(default_factory=dict)


@get(REQUIREMENTS)
async def show(request: Asked) -> Page:
    """Show all requirements with the worst of the controls that bear on each."""
    site, visitor = site_of(request), visitor_of(request)
    wish, now = filters.asked(request, SPANS), site.now()
    frameworks = requirements.load()
    checks = {check for one in frameworks for r in one.requirements for check in r.checks}
    read = await site.database.read(
        partial(_totals, wish=wish, scope=visitor.scope, now=now, checks=checks)
    )
    lines = {one.check: Line(one.check, one.seconds, one.used) for one in read.by_place}
    return await _page(
        request,
        "requirements.html",
        wish,
        read.reach,
        frameworks=frameworks,
        worst={r.id: _worst(r, lines) for one in frameworks for r in one.requirements},
        any_held=any(line.watched for line in lines.values()),
    )


@get(REQUIREMENTS + "/{name:str}")
async def one(request: Asked, name: FromPath[str]) -> Page:
    """Show one requirement: each control by place and week, and what bears on it besides."""
    site, visitor = site_of(request), visitor_of(request)
    wish, now = filters.asked(request, SPANS), site.now()
    framework, wanted = find(name)
    read = await site.database.read(
        partial(_parts, wish=wish, scope=visitor.scope, now=now, checks=wanted.checks)
    )
    return await _page(
        request,
        "requirement.html",
        wish,
        read.reach,
        framework=framework,
        one=wanted,
        told=[_told(check, read) for check in wanted.checks],
    )


async def _page(request: Asked, template: str, wish: Filter, reach: Reach, **more: Any) -> Page:
    return await page(
        request,
        template,
        wish=wish,
        days=int(wish.kind or USUAL),
        lengths=SPANS,
        team=next((each.name for each in reach.own if each.id == wish.team), ""),
        sites=reach.sites,
        shifts=(),
        slug=slug,
        **more,
    )


def slug(wanted: Requirement) -> str:
    """Return a requirement's name in an address, such as `pci-dss-8.2.8`."""
    return wanted.id.lower().replace(" ", "-")


def find(name: str) -> tuple[Framework, Requirement]:
    """Return a requirement by its name in an address.

    Raises:
        NotFoundException: there is none.

    """
    for framework in requirements.load():
        for wanted in framework.requirements:
            if slug(wanted) == name:
                return framework, wanted
    raise NotFoundException


def _wanted(wish: Filter, reach: Reach, scope: Scope, now: float, checks: Checks) -> Wanted:
    """Return which sums are asked for; a site is meant by its name, whoever was there."""
    today = days.of(now)
    where = next((one.name for one in reach.sites if one.id == wish.site), None)
    teams = reach.teams
    if where is not None and wish.team is None and wish.shift is None:
        teams = scope
    span = today - int(wish.kind or USUAL) + 1, today + 1
    return Wanted(days=span, checks=checks, teams=teams, site=where)


def _totals(
    connection: Connection, *, wish: Filter, scope: Scope, now: float, checks: Checks
) -> _Read:
    reach = filters.reach(connection, wish, scope)
    wanted = _wanted(wish, reach, scope, now, checks)
    sums = day_sums.read(connection, wanted, by=())
    return _Read(reach=reach, by_place=sums)


def _parts(
    connection: Connection, *, wish: Filter, scope: Scope, now: float, checks: Checks
) -> _Read:
    reach = filters.reach(connection, wish, scope)
    wanted = _wanted(wish, reach, scope, now, checks)
    by_place = day_sums.read(connection, wanted, by=("team", "site"))
    labels = day_sums.labels(connection, (one.longest[1] for one in by_place))
    worst = day_sums.worst(connection, wanted, BYS)
    return _Read(
        reach=reach,
        by_place=by_place,
        by_week=day_sums.read(connection, wanted, by=("week",)),
        worst=worst,
        desks=Desks(labels=labels, opens=scope),
        sites=team_places.names(connection),
    )


def _told(check: str, read: _Read) -> Told:
    mine = [each for each in read.by_place if each.check == check]
    worst = {
        by: {(one.team, one.site): one for one in found if one.check == check}
        for by, found in read.worst.items()
    }
    whole = line("", mine, read.desks, worst[()].get((0, 0)))
    places = []
    for one in read.reach.own:
        here = [each for each in mine if each.team == one.id]
        if here:
            places.append(line(one.name, here, read.desks, worst[TEAM].get((one.id, 0))))
    sites = {each.site for each in mine}
    for number in sites if len(sites) > 1 else ():
        here = [each for each in mine if each.site == number]
        bad = worst[SITE].get((0, number))
        places.append(line(read.sites.get(number, ""), here, read.desks, bad, site=True))
    weeks = [each for each in read.by_week if each.check == check]
    return Told(
        check=check,
        whole=whole,
        places=sorted(places, key=lambda one: (not one.site, one.name.casefold())),
        weeks=[line("", [one], read.desks, None, at=float(one.day * DAY)) for one in weeks],
        columns=columns([whole]),
    )


def _worst(wanted: Requirement, lines: Mapping[str, Line]) -> Line | None:
    """Return the control of a requirement that held the least of the time, if any was watched."""
    some: Sequence[Line] = [
        lines[check] for check in wanted.checks if check in lines and lines[check].watched
    ]
    return min(some, key=lambda one: one.seconds[State.PASS] / one.watched, default=None)


HANDLERS = (show, one)
ENTRIES = (Entry(path=REQUIREMENTS, word="requirements", group="over-time", place=55),)
