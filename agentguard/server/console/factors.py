"""Second factors at the desks: how people prove, who is locked, and resets with four eyes."""

from __future__ import annotations

from typing import Any

import segno
from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    Site,
    back,
    field,
    page,
    permitted,
    site_of,
    told,
)
from agentguard.server.roles import Right, may
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.factors import (
    one_time_codes,
    opened_desks,
    presence,
    resets,
    team_scope,
)
from agentguard.server.store.factors.one_time_codes import CONSOLE, DESK
from agentguard.server.store.records import audit

FACTORS = "/factors"
LONGEST = 200
SHARE = 100  # percent
OPENED = 10  # that are listed; more are on the page of openings


@get(FACTORS)
async def show(request: Asked) -> Page:
    """Show how people prove presence; a look is written to the audit log."""
    return await _page(request)


@post(FACTORS + "/reset")
async def ask(request: Asked) -> Page | Redirect:
    """Ask for a reset of somebody's factors; a second person has to confirm it."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    owner, reason = await field(request, "owner", LONGEST), await told(request, "reason", LONGEST)
    realm = CONSOLE if await field(request, "realm", 20) == CONSOLE else DESK
    if not await _may(request, visitor, realm, owner):
        raise NotFoundException
    if not reason.strip():
        return await _page(request, problem="console.factors.no-reason")

    def put(connection: Connection) -> bool:
        who = realm, owner
        return resets.ask(connection, who, reason.strip(), visitor.name, site.now())

    if not await site.database.write(put):
        return await _page(request, problem="console.factors.waits")
    return back("/access" if realm == CONSOLE else FACTORS)


@post(FACTORS + "/reset/{id_:int}/confirm")
async def confirm(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Confirm a reset that somebody else asked for, and show the new secret, this once."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    one = await _waiting(request, visitor, id_)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    secret = await site.database.write(
        lambda c: resets.confirm(c, site.keys, one, visitor.name, site.now())
    )
    if secret is None:
        return await _page(request, problem="console.factors.own")
    if one.realm == CONSOLE:
        return back("/access")
    return await _page(request, made=one.owner, secret=secret)


@post(FACTORS + "/reset/{id_:int}/refuse")
async def refuse(request: Asked, id_: FromPath[int]) -> Redirect:
    """Refuse a reset, or take one's own request back."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    one = await _waiting(request, visitor, id_)
    await site.database.write(lambda c: resets.refuse(c, one, visitor.name, site.now()))
    return back("/access" if one.realm == CONSOLE else FACTORS)


async def _may(request: Asked, visitor: Visitor, realm: str, owner: str) -> bool:
    if realm == CONSOLE:
        return may(visitor.role, Right.MANAGE)
    site = site_of(request)
    return await site.database.read(
        lambda c: team_scope.belongs(c, site.keys, visitor.scope, owner, site.now())
    )


async def _waiting(request: Asked, visitor: Visitor, id_: int) -> resets.Asked:
    """Return a request that waits; for who may not see the person there is no such one."""
    site = site_of(request)
    every = await site.database.read(lambda c: resets.waiting(c, site.now()))
    one = next((one for one in every if one.id == id_), None)
    if one is None or not await _may(request, visitor, one.realm, one.owner):
        raise NotFoundException
    return one


async def _page(request: Asked, *, made: str = "", secret: str = "", problem: str = "") -> Page:
    site, visitor = site_of(request), permitted(request, Right.FACTORS)
    find = request.query_params.get("find", "")[:LONGEST].strip()
    await site.database.write(
        lambda c: audit.note(c, site.now(), visitor.name, "factors.seen", find)
    )
    picture = segno.make(one_time_codes.address(made, secret)) if secret else None
    return await page(
        request,
        "factors.html",
        find=find,
        made=made,
        secret=secret,
        picture=picture.svg_data_uri(scale=5, border=2, light="#ffffff") if picture else "",
        problem=site.words.say(problem) if problem else "",
        days=presence.DAYS,
        **await site.database.read(lambda c: _held(c, site, visitor, find)),
    )


def _held(connection: Connection, site: Site, visitor: Visitor, find: str) -> dict[str, Any]:
    scope, now = visitor.scope, site.now()
    counted = presence.proofs(connection, scope, now)
    by_factor = counted.by_factor
    every = by_factor.total()
    waiting = (one for one in resets.waiting(connection, now) if one.realm == DESK)
    return {
        "people": presence.people(connection, scope, now, find),
        "locked": presence.list_locked(connection, scope, now),
        "proofs": by_factor.most_common(),
        "tally": counted,
        "share": round(SHARE * by_factor[presence.RESISTANT] / every) if every else None,
        "asked": [
            one
            for one in waiting
            if team_scope.belongs(connection, site.keys, scope, one.owner, now)
        ],
        "glass": opened_desks.list_opened(connection, site.keys, scope, OPENED, now),
        "shown": OPENED,
    }


HANDLERS = (show, ask, confirm, refuse)
ENTRIES = (Entry(path=FACTORS, word="factors", group="centre", place=30, right=Right.FACTORS),)
