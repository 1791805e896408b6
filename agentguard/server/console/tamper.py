"""What looks like tampering: what it means, what to do, since when, and who has signed it off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from litestar import get, post
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
    database, scope = site_of(request).database, visitor_of(request).scope
    wish = filters.asked(request, (SIGNED, *KINDS))
    await looked(request, "tamper.seen")
    if wish.kind == SIGNED:
        return await _signed(request, wish)
    read = await database.read(partial(_read, wish=wish, scope=scope))
    return await page(
        request,
        "tamper.html",
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
async def sign_off(request: Asked, id_: FromPath[int]) -> Redirect:
    """Sign an item off with a note of what it was."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    note = await told(request, "note", LONGEST_NOTE)
    if note:
        await site.database.write(lambda c: items.sign_off(c, id_, visitor, site.now(), note))
    return back(TAMPER)


@post(TAMPER + "/endpoint/{id_:int}/sign-off")
async def sign_off_endpoint(request: Asked, id_: FromPath[int]) -> Redirect:
    """Sign off what strangers did to the endpoint, with a note of what it was."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    note = await told(request, "note", LONGEST_NOTE)
    if note:
        await site.database.write(lambda c: strangers.sign_off(c, id_, visitor, site.now(), note))
    return back(TAMPER)


@post(TAMPER + "/together/sign-off")
async def sign_off_together(request: Asked) -> Redirect:
    """Sign all desks off that fell silent together, with one note of what it was."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    note = await told(request, "note", LONGEST_NOTE)
    wave = (
        await field(request, "kind"),
        await _moment(request, "first"),
        await _moment(request, "last"),
    )
    if note:
        await site.database.write(lambda c: waves.sign_off(c, wave, visitor, site.now(), note))
    return back(TAMPER)


async def _moment(request: Asked, name: str) -> float:
    """Return a time that the page named; what is none lies before all."""
    try:
        given = float(await field(request, name))
    except ValueError:
        return 0.0
    return given if math.isfinite(given) else 0.0


HANDLERS = (show, sign_off, sign_off_endpoint, sign_off_together)
ENTRIES = (Entry(path=TAMPER, word="tamper", group="now", place=30),)
