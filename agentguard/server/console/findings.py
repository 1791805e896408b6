"""Open findings of all desks, by control; then one by one. Beside them software and training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from litestar import get
from sqlalchemy import Connection

from agentguard.base.lessons import load
from agentguard.server.console import filters
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, looked, page, site_of, visitor_of
from agentguard.server.roles import Scope
from agentguard.server.store.floor import board, fleet_findings
from agentguard.server.store.floor.board import Wanted
from agentguard.server.store.floor.fleet_findings import Fact, Found, Kind
from agentguard.server.store.reports import lessons

SOFTWARE_CHECKS = ("software", "vendors", "patches", "remote-tools", "clear-text")
TRAINING = "training"
LESSON_DAYS = 90
DAY = 86_400.0
LONGEST_CHECK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    reach: Reach
    kinds: list[Kind]
    found: list[Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A team: its desks, how many have a lesson overdue, and how many answered one lately."""

    name: str
    desks: int
    overdue: int
    answered: int


@get("/findings")
async def show(request: Asked) -> Page:
    """Show the open findings, of all controls or of one."""
    site, visitor = site_of(request), visitor_of(request)
    check = str(request.query_params.get("check", ""))[:LONGEST_CHECK].replace("\x00", "")
    wish = filters.asked(request)
    read = await site.database.read(partial(_read, wish=wish, scope=visitor.scope, check=check))
    await looked(request, "findings.seen", check)
    total = sum(one.many for one in read.kinds if check in {"", one.check})
    return await page(
        request,
        "findings.html",
        wish=wish,
        check=check,
        kinds=read.kinds,
        found=read.found,
        sites=read.reach.sites,
        shifts=read.reach.shifts,
        pager=filters.pager(wish, total, check=check) if total > filters.PAGE else None,
    )


@get("/software/findings")
async def software(request: Asked) -> Page:
    """Show what is wrong with programs and their vendors, by what it is."""
    site, visitor = site_of(request), visitor_of(request)
    wish = filters.asked(request)

    def read(connection: Connection) -> tuple[Reach, list[Fact]]:
        reach = filters.reach(connection, wish, visitor.scope)
        return reach, fleet_findings.facts(connection, reach.teams, SOFTWARE_CHECKS)

    reach, facts = await site.database.read(read)
    groups = [(c, [one for one in facts if one.check == c]) for c in SOFTWARE_CHECKS]
    return await page(
        request,
        "software_findings.html",
        wish=wish,
        groups=groups,
        sites=reach.sites,
        shifts=reach.shifts,
    )


@get("/training")
async def training(request: Asked) -> Page:
    """Show who has a lesson overdue, by team, and how the lessons went."""
    site, visitor = site_of(request), visitor_of(request)
    wish, now = filters.asked(request), site.now()

    def read(connection: Connection) -> tuple[lessons.Answers, list[Trained]]:
        teams = filters.reach(connection, wish, visitor.scope).teams
        answers = lessons.answered(connection, teams, now - LESSON_DAYS * DAY)
        overdue = fleet_findings.by_team(connection, teams, TRAINING)
        counted = board.counts(connection, Wanted(teams=teams, cutoff=0.0))
        rows = [
            Trained(
                name=one.name,
                desks=one.total,
                overdue=overdue.get(one.name, 0),
                answered=answers.desks.get(one.name, 0),
            )
            for one in counted
        ]
        return answers, sorted(rows, key=lambda row: (-row.overdue, row.name))

    answers, rows = await site.database.read(read)
    return await page(
        request,
        "training.html",
        wish=wish,
        lessons=answers.lessons,
        most=lessons.MOST if answers.cut else 0,
        rows=rows[wish.start : wish.start + filters.PAGE],
        pager=filters.pager(wish, len(rows)) if len(rows) > filters.PAGE else None,
        days=LESSON_DAYS,
        titles={one.id: one.title for one in load()},
    )


def _read(connection: Connection, *, wish: Filter, scope: Scope, check: str) -> _Read:
    reach = filters.reach(connection, wish, scope)
    start, limit = wish.start, filters.PAGE
    return _Read(
        reach=reach,
        kinds=fleet_findings.kinds(connection, reach.teams),
        found=fleet_findings.list_found(connection, reach.teams, check, start=start, limit=limit),
    )


HANDLERS = (show, software, training)
ENTRIES = (
    Entry(path="/findings", word="findings", group="now", place=40),
    Entry(path="/training", word="training", group="over-time", place=50),
)
