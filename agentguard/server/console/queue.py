"""What waits for the desktop team, and what for supervisors: by thing, by desk, and as a sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from litestar import Response, get
from sqlalchemy import Connection

from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.model.verdicts import State
from agentguard.server.console import filters, program_filter
from agentguard.server.console.exports import CSV
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, looked, page, site_of, visitor_of
from agentguard.server.feeds import sheets
from agentguard.server.roles import SUPERVISOR, Scope
from agentguard.server.store.floor import queue
from agentguard.server.store.floor.queue import OWNERS, At, Thing, Wanted

QUEUE = "/queue"
MOST_ROWS = 100_000  # of a sheet
LONGEST_CHECK = 100
COLUMNS = ("what", "told", "control", "severity", "desk", "team", "place", "since")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter(Filter):
    """What was asked; `kind` is whose queue, `check` a control."""

    check: str = ""

    def asked(self) -> dict[str, object]:
        """Return what an address says of it."""
        return {**Filter.asked(self), "check": self.check}

    @property
    def narrow(self) -> bool:
        """Whether a part of the queue was asked for."""
        return any((self.team, self.site, self.shift, self.text, self.check))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    reach: Reach
    counts: dict[str, int]
    checks: list[str]
    things: list[Thing]
    desks: list[At]
    total: int


@get(QUEUE)
async def show(request: Asked) -> Page:
    """Show a queue by what is to be mended, the worst first; a control's desk by desk as well."""
    site, visitor = site_of(request), visitor_of(request)
    wish = _asked(request, visitor.role)
    read = await site.database.read(
        partial(_read, wish=wish, scope=visitor.scope, words=site.words)
    )
    await looked(request, "queue.seen", wish.kind)
    return await page(
        request,
        "queue.html",
        wish=wish,
        owners=OWNERS,
        counts=read.counts,
        checks=read.checks,
        things=read.things,
        desks=read.desks,
        teams=program_filter.teams(read.reach),
        sites=read.reach.sites,
        shifts=read.reach.shifts,
        pager=filters.pager(wish, read.total) if read.total > filters.PAGE else None,
    )


@get(QUEUE + ".csv")
async def sheet(request: Asked) -> Response[str]:
    """Return the same queue as a sheet, a line for each desk."""
    site, visitor = site_of(request), visitor_of(request)
    wish = _asked(request, visitor.role)

    def read(connection: Connection) -> list[At]:
        wanted = _wanted(filters.reach(connection, wish, visitor.scope), wish, site.words)
        return queue.at_desks(connection, wanted, start=0, limit=MOST_ROWS)

    rows = await site.database.read(read)
    await looked(request, "export.csv", "queue")
    text = sheets.BOM + sheets.lines([COLUMNS, *(_cells(one, site.words) for one in rows)])
    named = {"content-disposition": f'attachment; filename="queue-{wish.kind}.csv"'}
    return Response(text, media_type=CSV, headers=named)


def _asked(request: Asked, role: str) -> QueueFilter:
    """Read what was asked; a supervisor is shown first what waits for supervisors."""
    plain = filters.asked(request, OWNERS)
    check = str(request.query_params.get("check", ""))[:LONGEST_CHECK].replace("\x00", "")
    return QueueFilter(
        path=QUEUE,
        team=plain.team,
        site=plain.site,
        shift=plain.shift,
        kind=plain.kind or OWNERS[role == SUPERVISOR],
        text=plain.text,
        page=plain.page,
        check=check,
    )


def _read(connection: Connection, *, wish: QueueFilter, scope: Scope, words: Texts) -> _Read:
    reach = filters.reach(connection, wish, scope)
    wanted, at = _wanted(reach, wish, words), {"start": wish.start, "limit": filters.PAGE}
    desks = queue.at_desks(connection, wanted, **at) if wish.check else []
    count = queue.how_many_desks if wish.check else queue.how_many
    things = at if not wish.check else {"start": 0, "limit": filters.PAGE}
    return _Read(
        reach=reach,
        counts=queue.counts(connection, reach.teams),
        checks=queue.controls(connection, wanted),
        things=queue.things(connection, wanted, **things),
        desks=desks,
        total=count(connection, wanted),
    )


def _wanted(reach: Reach, wish: QueueFilter, words: Texts) -> Wanted:
    wanted = Wanted(owner=wish.kind, teams=reach.teams, check=wish.check, text=wish.text)
    if not wish.text:
        return wanted
    part = wish.text.casefold()
    titles = {id_: words.sentences[id_] for id_ in words.sentences if id_.endswith(".title")}
    named = tuple(id_.removesuffix(".title") for id_, t in titles.items() if part in t.casefold())
    return replace(wanted, titled=named)


def _cells(one: At, words: Texts) -> tuple[object, ...]:
    said = words.render(Message(id=one.message, params=one.params)) if one.message else ""
    title = words.title(one.check, State.FAIL, one.message)
    return (title, said, one.check, one.severity, one.desk, one.team, one.place, one.since)


HANDLERS = (show, sheet)
ENTRIES = (Entry(path=QUEUE, word="queue", group="now", place=45),)
