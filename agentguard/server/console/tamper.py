"""What looks like tampering: what it means, what to do, since when, and who has signed it off."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import ColumnElement, Connection, select, true

from agentguard.server.console import filters
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    looked,
    page,
    permitted,
    site_of,
    told,
    visitor_of,
)
from agentguard.server.roles import Right, Scope
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.tables import device
from agentguard.server.tamper import items, sign_offs, strangers, waves
from agentguard.server.tamper.items import Item
from agentguard.server.tamper.kinds import KINDS
from agentguard.server.tamper.sign_offs import Signed
from agentguard.server.tamper.strangers import SPAN, EndpointSign
from agentguard.server.tamper.waves import Wave

TAMPER = "/tamper"
LONGEST_NOTE = 2000
SIGNED = "signed"
CONFLICT = 409
Sign = Callable[[Connection, Visitor, float, str], bool]
"""Signs off with a note, and tells whether there was anything of it to sign off."""
There = Callable[[Connection, Visitor], bool]
"""Tells whether there is such a sign for a visitor, signed off or not."""
LATELY = 30
"""Lines of what was signed off that stand under what was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    reach: Reach
    kinds: dict[str, int]
    endpoint: list[EndpointSign]
    together: list[Wave]
    queue: list[Item]
    total: int
    signed: list[Signed]


@get(TAMPER)
async def show(request: Asked) -> Page:
    """Show what nobody has signed off, then what was; or, when asked, all that was."""
    wish = _wish(request)
    if wish.kind == SIGNED:
        await looked(request, "tamper.seen")
        return await _signed(request, wish)
    return await _page(request, wish)


def _wish(request: Asked) -> Filter:
    """Return what the list is asked for, also by the form of a sign in it."""
    return filters.asked(request, (SIGNED, *KINDS), path=TAMPER)


async def _page(request: Asked, wish: Filter, problem: str = "", kept: str = "") -> Page:
    """Show the list, and to who was refused why, and the note that found no place (`kept`)."""
    site, scope = site_of(request), visitor_of(request).scope
    await looked(request, "tamper.seen")
    read = await site.database.read(partial(_read, wish=wish, scope=scope))
    return await page(
        request,
        "tamper.html",
        status=CONFLICT if problem else 200,
        problem=site.words.say(problem) if problem else "",
        kept=kept,
        wish=wish,
        sites=read.reach.sites,
        shifts=read.reach.shifts,
        kinds=read.kinds,
        endpoint=read.endpoint,
        span=SPAN,
        together=read.together,
        queue=read.queue,
        total=read.total,
        pager=filters.pager(wish, read.total) if read.total > filters.PAGE else None,
        signed=read.signed[:LATELY],
        more=len(read.signed) > LATELY,
    )


def _read(connection: Connection, wish: Filter, scope: Scope) -> _Read:
    """Read one page of a list that begins with the desks that had the same sign together."""
    reach = filters.reach(connection, wish, scope)
    teams, named, among = reach.teams, _named(wish), _named(wish) & _of_kind(wish)
    every = [] if wish.text else waves.waiting(connection, teams, among)
    kinds = waves.count_kinds(connection, teams, named)
    single = sum(waves.count_kinds(connection, teams, among).values())
    shown = every[wish.start : wish.start + filters.PAGE]
    return _Read(
        reach=reach,
        kinds=kinds,
        endpoint=[] if wish.start or wish.narrow else strangers.waiting(connection, scope),
        together=[waves.named(connection, teams, one) for one in shown],
        queue=items.to_review(
            connection,
            teams,
            waves.outside(every) & among,
            start=max(0, wish.start - len(every)),
            limit=filters.PAGE - len(shown),
        ),
        total=single - sum(one.desks for one in every) + len(every),
        signed=sign_offs.list_signed(connection, scope, limit=LATELY + 1),
    )


def _named(wish: Filter) -> ColumnElement[bool]:
    """Ask for desks by a part of their label: each is then shown by itself."""
    if not wish.text:
        return true()
    named = device.c.label.icontains(wish.text, autoescape=True)
    return tamper_item.c.device.in_(select(device.c.id).where(named))


def _of_kind(wish: Filter) -> ColumnElement[bool]:
    return tamper_item.c.kind == wish.kind if wish.kind else true()


async def _signed(request: Asked, wish: Filter) -> Page:
    database, scope = site_of(request).database, visitor_of(request).scope
    start, limit = wish.start, filters.PAGE
    total = await database.read(lambda c: sign_offs.count(c, scope))
    return await page(
        request,
        "tamper_signed.html",
        signed=await database.read(
            lambda c: sign_offs.list_signed(c, scope, start=start, limit=limit)
        ),
        pager=filters.pager(wish, total) if total > filters.PAGE else None,
    )


@post(TAMPER + "/{id_:int}/sign-off")
async def sign_off(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Sign an item off with a note of what it was."""
    times = await field(request, "times", filters.DIGITS)
    shown = int(times) if times.isascii() and times.isdigit() else None
    return await _sign(
        request,
        lambda c, by, at, note: items.sign_off(c, id_, by, at, note, shown),
        lambda c, by: items.is_there(c, id_, by.scope),
    )


@post(TAMPER + "/endpoint/{id_:int}/sign-off")
async def sign_off_endpoint(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Sign off what strangers did to the endpoint, with a note of what it was."""
    return await _sign(
        request,
        lambda c, by, at, note: strangers.sign_off(c, id_, by, at, note),
        lambda c, by: strangers.is_there(c, id_, by.scope),
    )


@post(TAMPER + "/together/sign-off")
async def sign_off_together(request: Asked) -> Page | Redirect:
    """Sign all desks off that were shown as one thing, with one note of what it was."""
    wish = _wish(request)
    wave = (
        await field(request, "kind"),
        await _moment(request, "first"),
        await _moment(request, "last"),
    )

    def sign(connection: Connection, by: Visitor, at: float, note: str) -> bool:
        shown = filters.reach(connection, wish, by.scope).teams
        return waves.sign_off(connection, wave, replace(by, scope=shown), at, note) > 0

    return await _sign(request, sign, lambda c, by: waves.is_there(c, wave, by.scope))


async def _sign(request: Asked, act: Sign, there: There) -> Page | Redirect:
    """Sign off, and go back to the list as it was asked for; nobody's note is dropped unsaid.

    Raises:
        NotFoundException: there is no such sign at the desks that the visitor sees.

    """
    site, visitor = site_of(request), permitted(request, Right.CARE)
    note = await told(request, "note", LONGEST_NOTE)
    if not note:
        return await _page(request, _wish(request), "console.tamper.no-note")
    if not await site.database.write(lambda c: act(c, visitor, site.now(), note)):
        if not await site.database.read(lambda c: there(c, visitor)):
            raise NotFoundException
        return await _page(request, _wish(request), "console.tamper.meanwhile", note)
    return back(_wish(request).link())


async def _moment(request: Asked, name: str) -> float:
    """Return a time that the page named; what is none lies before all."""
    try:
        given = float(await field(request, name))
    except ValueError:
        return 0.0
    return given if math.isfinite(given) else 0.0


HANDLERS = (show, sign_off, sign_off_endpoint, sign_off_together)
ENTRIES = (Entry(path=TAMPER, word="tamper", group="now", place=30),)
