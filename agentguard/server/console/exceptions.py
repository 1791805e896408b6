"""Exceptions from controls: asked for, approved by a second person, and all with their cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.model.exceptions import HOUR, SLACK
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
from agentguard.server.policies.exceptions import Rules
from agentguard.server.roles import Right, Scope
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.floor import exception_pages, places
from agentguard.server.store.floor.exception_pages import Cost, Line
from agentguard.server.store.reports import exceptions
from agentguard.server.store.reports.exception_spells import most_in_month
from agentguard.server.store.reports.exceptions import Refused, Wish

EXCEPTIONS = "/exceptions"
WORDS = "console.exceptions"
HOURS = (4, 8, 24, 72, 168, 336, 720)
"""For how long an exception can be asked for, at most as long as the policy allows."""
LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    now: list[Line]
    over: list[Line]
    others: frozenset[str]
    cost: list[Cost]
    controls: dict[str, int]
    teams: list[tuple[int, str]]
    sites: list[tuple[int, str]]
    desk: str


@get(EXCEPTIONS)
async def show(request: Asked) -> Page:
    """Show what waits, what holds and what it costs, and what is over; with the form."""
    return await _page(request)


@post(EXCEPTIONS)
async def ask(request: Asked) -> Page | Redirect:
    """Ask for an exception."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    hours, place = await field(request, "hours", 5), await field(request, "place", 80)
    scope, _, which = place.partition(":")
    wish = Wish(
        control=await field(request, "control", 100),
        scope=scope,
        place=which,
        named="",
        reason=await told(request, "reason", LONGEST),
        instead=await told(request, "instead", LONGEST),
        until=site.now() + (int(hours) if hours.isdecimal() else 0) * HOUR,
        worst="",
        new_desks=await field(request, "new", 3) == "yes",
    )
    try:
        await site.database.write(lambda c: _ask(c, site, visitor, wish))
    except Refused as refused:
        return await _page(request, refused.kind)
    return back(EXCEPTIONS)


@post(EXCEPTIONS + "/{id_:str}/approve")
async def approve(request: Asked, id_: FromPath[str]) -> Page | Redirect:
    """Approve what is asked for; for more than a day that is for somebody else than who asked."""
    site, visitor = site_of(request), permitted(request, Right.EXCEPT)

    def rule(connection: Connection) -> None:
        line = _answered(connection, id_, visitor.scope, site.now())
        desks = _desks(connection, line.scope, exceptions.place_of(connection, id_))
        _within(connection, site, desks, line.control, line.until - site.now())
        exceptions.approve(connection, id_, visitor.name, site.now())

    return await _ruled(request, rule)


@post(EXCEPTIONS + "/{id_:str}/refuse")
async def refuse(request: Asked, id_: FromPath[str]) -> Page | Redirect:
    """Refuse what is asked for."""
    site, visitor = site_of(request), permitted(request, Right.EXCEPT)
    why = await told(request, "why", LONGEST)

    def rule(connection: Connection) -> None:
        _answered(connection, id_, visitor.scope, site.now())
        exceptions.refuse(connection, id_, visitor.name, site.now(), why)

    return await _ruled(request, rule)


@post(EXCEPTIONS + "/{id_:str}/end")
async def end(request: Asked, id_: FromPath[str]) -> Page | Redirect:
    """End an exception before its time: more protection needs no second person."""
    site, visitor = site_of(request), permitted(request, Right.CARE)

    def rule(connection: Connection) -> None:
        _answered(connection, id_, visitor.scope, site.now())
        exceptions.withdraw(connection, id_, visitor.name, site.now())

    return await _ruled(request, rule)


def _ask(connection: Connection, site: Site, visitor: Visitor, wish: Wish) -> None:
    desks = _desks(connection, wish.scope, wish.place)
    own = places.list_placed(connection, visitor.scope)
    named = _named(connection, wish, own)
    if not desks or not named or not _may(connection, desks, visitor.scope):
        raise Refused("place")
    rule = _within(connection, site, desks, wish.control, wish.until - site.now())
    if wish.new_desks and not rule[1]:
        raise Refused("new-desks")
    exceptions.ask(connection, replace(wish, named=named, worst=rule[0]), visitor.name, site.now())


def _within(
    connection: Connection, site: Site, desks: list[str], control: str, seconds: float
) -> tuple[str, bool]:
    """Return the worst that may be excepted, and whether new desks may be included.

    Raises:
        Refused: there is no desk, the policy of one of them does not allow it, or not for so long,
            at once or in 30 days.

    """
    if not desks:
        raise Refused("desks")
    rule = Rules(site.settings.reading).strictest(connection, desks, control)
    if rule is None:
        raise Refused("policy")
    if seconds > rule.hours * HOUR + SLACK:
        raise Refused("long")
    before = most_in_month(connection, desks, control, site.now())
    if before + seconds > rule.together + SLACK:
        raise Refused("month")
    return rule.worst.value, rule.new_desks


def _desks(connection: Connection, scope: str, place: str) -> list[str]:
    return list(exceptions.desks_of(connection, scope, place)) if scope in exceptions.SCOPES else []


def _may(connection: Connection, desks: list[str], scope: Scope) -> bool:
    """Check whether all of the desks may be seen."""
    return scope is None or exceptions.all_within(connection, desks, scope)


def _named(connection: Connection, wish: Wish, own: list[places.Placed]) -> str:
    if wish.scope == exceptions.TEAM:
        return next((one.name for one in own if str(one.id) == wish.place), "")
    if wish.scope == exceptions.SITE:
        every = places.sites(connection)
        return next((one.name for one in every if str(one.id) == wish.place), "")
    known = exceptions.desks_of(connection, wish.scope, wish.place)
    return exceptions.name_of(connection, wish.place) if known else ""


def _seen(connection: Connection, id_: str, scope: Scope, now: float) -> Line:
    line = exception_pages.one(connection, id_, scope, now)
    if line is None:
        raise NotFoundException
    return line


def _answered(connection: Connection, id_: str, scope: Scope, now: float) -> Line:
    """Return an exception about which a visitor may decide.

    Raises:
        Refused: it is about desks of other teams as well.

    """
    line = _seen(connection, id_, scope, now)
    if exception_pages.beyond(connection, (line,), scope):
        raise Refused("others")
    return line


async def _ruled(request: Asked, rule: Callable[[Connection], None]) -> Page | Redirect:
    site = site_of(request)
    try:
        await site.database.write(rule)
    except Refused as refused:
        return await _page(request, refused.kind)
    return back(EXCEPTIONS)


async def _page(request: Asked, problem: str = "") -> Page:
    site, visitor = site_of(request), visitor_of(request)
    desk = str(request.query_params.get("desk", ""))[:64].replace("\x00", "")
    read = await site.database.read(lambda c: _read(c, site, visitor.scope, desk))
    await looked(request, "exceptions.seen")
    longest = max(read.controls.values(), default=0)
    return await page(
        request,
        "exceptions.html",
        status=400 if problem else 200,
        lines=read.now,
        over=read.over,
        others=read.others,
        most=exception_pages.MOST,
        cost=read.cost,
        controls=sorted(read.controls),
        hours=[one for one in HOURS if one <= longest],
        teams=read.teams,
        sites=read.sites,
        desk=desk if read.desk else "",
        desk_name=read.desk,
        control=str(request.query_params.get("control", ""))[:100],
        problem=site.words.say(f"{WORDS}.refused.{problem}") if problem else "",
    )


def _read(connection: Connection, site: Site, scope: Scope, desk: str) -> _Read:
    own, now = places.list_placed(connection, scope), site.now()
    at = {one.site for one in own}
    seen = bool(desk) and _may(connection, [desk], scope)
    known = seen and bool(exceptions.desks_of(connection, exceptions.DESK, desk))
    open_ = exception_pages.lines(connection, scope, now, over=False)
    return _Read(
        now=open_,
        others=exception_pages.beyond(connection, open_, scope),
        over=exception_pages.lines(connection, scope, now, over=True),
        cost=exception_pages.cost(connection, scope, now),
        controls=Rules(site.settings.reading).controls(connection),
        teams=[(one.id, one.name) for one in own],
        sites=[(one.id, one.name) for one in places.sites(connection) if one.id in at]
        if scope is None
        else [],
        desk=exceptions.name_of(connection, desk) if known else "",
    )


HANDLERS = (show, ask, approve, refuse, end)
ENTRIES = (Entry(path=EXCEPTIONS, word="exceptions", group="now", place=47),)
