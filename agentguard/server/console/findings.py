"""Open findings of all desks: filtered, sorted, and done something about. Beside them software."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.base.translations import Texts
from agentguard.server.console import filters, program_filter
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    Site,
    back,
    field,
    looked,
    page,
    permitted,
    site_of,
    told,
    visitor_of,
)
from agentguard.server.roles import Right
from agentguard.server.store.accounts import members
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.desks.desk_status import SEVERITIES
from agentguard.server.store.floor import care_pages, fleet_findings
from agentguard.server.store.floor.care_pages import SORTS, STATES, Found, Wanted
from agentguard.server.store.floor.fleet_findings import Fact, Kind
from agentguard.server.store.reports import care
from agentguard.server.store.reports.care import Change

FINDINGS = "/findings"
SOFTWARE_CHECKS = ("software", "vendors", "patches", "remote-tools", "clear-text")
LONGEST_CHECK = 100
AGES = (1, 7, 30, 90)
"""Days by which the list can be narrowed to what is older."""
DUE = (1, 3, 7, 14, 30)
"""Days until which something can be due."""
DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter(Filter):
    """What was asked; `kind` is how findings stand with people."""

    check: str = ""
    severity: str = ""
    assignee: str = ""
    desk: str = ""
    older: int = 0
    sort: str = ""
    down: bool = False

    def asked(self) -> dict[str, object]:
        """Return what an address says of it."""
        return {
            **Filter.asked(self),
            "check": self.check,
            "severity": self.severity,
            "assignee": self.assignee,
            "desk": self.desk,
            "older": self.older,
            "sort": self.sort,
            "down": "1" if self.down else "",
        }

    @property
    def narrow(self) -> bool:
        """Whether anything was asked for besides the order."""
        more = (self.check, self.severity, self.assignee, self.desk, self.older)
        return any((self.team, self.site, self.shift, self.kind, self.text, *more))

    @property
    def query(self) -> str:
        """Return it as a saved view has it."""
        return urlencode({k: str(v) for k, v in self.asked().items() if v})

    def by(self, column: str) -> str:
        """Return the address of the list by a column, the other way round where it is by it."""
        turned = self.sort == column and not self.down
        return self.link("", sort=column, down="1" if turned else "")

    def order(self, column: str) -> str:
        """Return how a column is sorted, as a table's heading says it."""
        if self.sort != column:
            return "none"
        return "descending" if self.down else "ascending"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    reach: Reach
    kinds: list[Kind]
    found: list[Found]
    total: int
    states: Mapping[str, int]
    views: list[tuple[str, str]]
    people: list[str]


@get(FINDINGS)
async def show(request: Asked) -> Page:
    """Show findings, the most dangerous now first, with what can be done about them."""
    return await listed(request)


@post(FINDINGS + "/change")
async def change(request: Asked) -> Page | Redirect:
    """Change the findings that were chosen: who sees to them, by when, how they stand; or note."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    form = await request.form()
    ids = [int(one) for one in form.getall("id", []) if str(one).isdecimal()][: care.MOST + 1]
    what = await wished(request)
    try:
        await site.database.write(
            lambda c: care.change(c, ids, what, visitor.name, visitor.scope, site.now())
        )
    except care.Refused as refused:
        return await listed(request, f"console.findings.refused.{refused.kind}")
    return back(own_address(await field(request, "back", 600)))


@post(FINDINGS + "/views")
async def view(request: Asked) -> Redirect:
    """Save what is shown as a view of one's own, or take one away."""
    site, visitor = site_of(request), visitor_of(request)
    name, asked = await told(request, "name", 60), await field(request, "asked", 500)
    gone = await field(request, "forget", 3) == "yes"

    def put(connection: Connection) -> None:
        if gone:
            care_pages.forget_view(connection, visitor.name, name)
        else:
            care_pages.save_view(connection, visitor.name, name, asked)

    await site.database.write(put)
    return back(FINDINGS if gone or not asked else f"{FINDINGS}?{asked}")


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


async def wished(request: Asked) -> Change:
    """Read from a form what is to be changed; what it does not say stays."""
    site, form = site_of(request), await request.form()
    state, days = await field(request, "state", 20), await field(request, "due", 4)
    assignee = await told(request, "assignee", 100) if "assignee" in form else ""
    return Change(
        state=state or None,
        assignee={"": None, "-": ""}.get(assignee, assignee),
        due=site.now() + int(days) * DAY if days.isdecimal() else (0.0 if days == "-" else None),
        note=await told(request, "note", care.LONGEST),
        effect=await field(request, "effect", 20),
    )


def own_address(asked: str) -> str:
    """Return an address below the findings, whatever a form says."""
    return asked if asked.startswith((f"{FINDINGS}?", f"{FINDINGS}/")) else FINDINGS


async def listed(request: Asked, problem: str = "") -> Page:
    """Return the page of the list."""
    site, visitor = site_of(request), visitor_of(request)
    wish = _asked(request)
    read = await site.database.read(partial(_read, wish=wish, visitor=visitor, site=site))
    await looked(request, "findings.seen", wish.check)
    return await page(
        request,
        "findings.html",
        status=400 if problem else 200,
        wish=wish,
        kinds=read.kinds,
        found=read.found,
        total=read.total,
        states=STATES,
        counts=read.states,
        severities=SEVERITIES,
        ages=AGES,
        dues=DUE,
        views=read.views,
        people=read.people,
        effects=care.EFFECTS,
        teams=program_filter.teams(read.reach),
        sites=read.reach.sites,
        shifts=read.reach.shifts,
        problem=site.words.say(problem) if problem else "",
        pager=filters.pager(wish, read.total) if read.total > filters.PAGE else None,
    )


def _asked(request: Asked) -> FindingFilter:
    plain, query = filters.asked(request, STATES, FINDINGS), request.query_params

    def text(name: str, allowed: tuple[str, ...] = ()) -> str:
        value = str(query.get(name, ""))[:LONGEST_CHECK].replace("\x00", "")
        return value if not allowed or value in allowed else ""

    days = text("older")
    return FindingFilter(
        path=FINDINGS,
        team=plain.team,
        site=plain.site,
        shift=plain.shift,
        kind=plain.kind,
        text=plain.text,
        page=plain.page,
        check=text("check"),
        severity=text("severity", SEVERITIES),
        assignee=text("assignee"),
        desk=text("desk"),
        older=int(days) if days in {str(one) for one in AGES} else 0,
        sort=text("sort", SORTS),
        down=text("down") == "1",
    )


def _read(connection: Connection, *, wish: FindingFilter, visitor: Visitor, site: Site) -> _Read:
    reach, now = filters.reach(connection, wish, visitor.scope), site.now()
    wanted = Wanted(
        teams=reach.teams,
        now=now,
        check=wish.check,
        severity=wish.severity,
        state=wish.kind,
        assignee=wish.assignee,
        desk=wish.desk,
        text=wish.text,
        titled=_titled(wish.text, site.words),
        older=wish.older,
    )
    at = {"start": wish.start, "limit": filters.PAGE}
    every = Wanted(teams=reach.teams, now=now)
    states = care_pages.by_state(connection, every)
    return _Read(
        reach=reach,
        kinds=fleet_findings.kinds(connection, reach.teams),
        found=care_pages.found(connection, wanted, wish.sort, down=wish.down, **at),
        total=sum(states.values()) if wanted == every else care_pages.count(connection, wanted),
        states=states,
        views=care_pages.views(connection, visitor.name),
        people=members.names(connection),
    )


def _titled(text: str, words: Texts) -> tuple[str, ...]:
    """Return the controls whose name has a text."""
    if not text:
        return ()
    part = text.casefold()
    titles = {id_: words.sentences[id_] for id_ in words.sentences if id_.endswith(".title")}
    return tuple(id_.removesuffix(".title") for id_, t in titles.items() if part in t.casefold())


HANDLERS = (show, change, view, software)
ENTRIES = (Entry(path=FINDINGS, word="findings", group="now", place=40),)
