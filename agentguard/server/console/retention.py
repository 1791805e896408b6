"""How long records are kept, what is held for an inquiry, what retention did, how backups stand."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    page,
    permitted,
    site_of,
    told,
    visitor_of,
)
from agentguard.server.jobs import retention
from agentguard.server.jobs.backups import Standing, standing
from agentguard.server.jobs.retention import Run
from agentguard.server.roles import Right, may
from agentguard.server.store.accounts.teams import team_names
from agentguard.server.store.records import ages, legal_holds
from agentguard.server.store.records.ages import Age, AgeRefused
from agentguard.server.store.records.legal_holds import Hold, HoldRefused

RETENTION = "/retention"
WORDS = "console.retention"
SHOWN = 30  # runs


@get(RETENTION)
async def show(request: Asked) -> Page:
    """Show ages, holds and runs, and to an administrator the backups."""
    permitted(request, Right.RECORDS)
    return await _page(request, "")


@post(RETENTION + "/ages")
async def put(request: Asked) -> Page | Redirect:
    """Set an age."""
    site, visitor = site_of(request), permitted(request, Right.KEEP)
    if (asked := await ask_first(request)) is not None:
        return asked
    record, days = await field(request, "record", 50), await field(request, "days", 6)
    if not (days.isascii() and days.isdigit()):
        return await _page(request, site.words.say(f"{WORDS}.no-days"))
    try:
        await site.database.write(
            lambda c: ages.put(c, record, int(days), visitor.name, site.now())
        )
    except AgeRefused as refused:
        said = site.words.say(f"{WORDS}.age-{refused.kind}", limit=refused.limit)
        return await _page(request, said)
    return back(RETENTION)


@post(RETENTION + "/holds")
async def hold(request: Asked) -> Page | Redirect:
    """Place a hold."""
    site, visitor = site_of(request), permitted(request, Right.KEEP)
    if (asked := await ask_first(request)) is not None:
        return asked
    wish = legal_holds.Asked(
        kind=await field(request, "kind", 20),
        subject=await field(request, "subject"),
        reason=await told(request, "reason", legal_holds.LONGEST_REASON),
    )
    try:
        await site.database.write(lambda c: legal_holds.place(c, wish, visitor.name, site.now()))
    except HoldRefused as refused:
        return await _page(request, site.words.say(f"{WORDS}.hold-{refused.kind}"))
    return back(RETENTION)


@post(RETENTION + "/holds/{id_:int}/end")
async def end(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """End a hold."""
    site, visitor = site_of(request), permitted(request, Right.KEEP)
    if (asked := await ask_first(request)) is not None:
        return asked
    await site.database.write(lambda c: legal_holds.end(c, id_, visitor.name, site.now()))
    return back(RETENTION)


async def _page(request: Asked, problem: str) -> Page:
    site, runs_it = site_of(request), may(visitor_of(request).role, Right.MANAGE)

    def backups(connection: Connection) -> Standing:
        return standing(connection, site.settings, site.now())

    def read(connection: Connection) -> tuple[list[Age], list[Hold], list[Run], list[str]]:
        did = [run for run in retention.runs(connection) if run.deleted or run.held]
        held = legal_holds.list_holds(connection, ended=True)
        return ages.list_ages(connection), held, did[:SHOWN], team_names(connection)

    every, held, did, teams = await site.database.read(read)
    return await page(
        request,
        "retention.html",
        problem=problem,
        ages=every,
        holds=held,
        runs=did,
        teams=teams,
        kinds=legal_holds.KINDS,
        backups=await site.database.read(backups) if runs_it else None,
    )


HANDLERS = (show, put, hold, end)
ENTRIES = (Entry(path=RETENTION, word="retention", group="centre", place=90, right=Right.RECORDS),)
