"""A supervisor opens one desk once, when the person's own factor is not at hand.

With a network a code is made and judged here. Without one the desk shows letters, and the answer to
them is read out.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get, post
from sqlalchemy import Connection, select

from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    field,
    looked,
    page,
    permitted,
    site_of,
    told,
)
from agentguard.server.roles import Right
from agentguard.server.store.accounts.people import Scope
from agentguard.server.store.desks import devices
from agentguard.server.store.factors import by_phone, opened_desks
from agentguard.server.store.records import audit
from agentguard.server.store.schema.tables import device

GLASS = "/break-glass"
LONGEST = 200
SHOWN = 50
PROBLEMS = {"used": "used-up"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What came of a form: a code or an answer for a desk, or a problem."""

    desk: str = ""
    letters: str = ""
    code: str = ""
    problem: str = ""


@get(GLASS)
async def show(request: Asked) -> Page:
    """Show the form and the codes that were made."""
    permitted(request, Right.CARE)
    await looked(request, "break-glass.seen")
    return await _page(request, _Done(desk=request.query_params.get("desk", "")[:LONGEST]))


@post(GLASS)
async def make(request: Asked) -> Page:
    """Make a code or answer a desk's letters, and show it, this once."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    named = (await field(request, "desk", LONGEST)).strip()
    letters = (await field(request, "letters", LONGEST)).strip()
    reason = await told(request, "reason", LONGEST)
    if not reason:
        return await _page(request, _Done(desk=named, letters=letters, problem="no-reason"))
    found = await site.database.read(lambda c: desks(c, named, visitor.scope))
    if len(found) != 1:
        kind = "several" if found else "no-desk"
        await site.database.write(
            lambda c: audit.note(c, site.now(), visitor.name, "break-glass.refused", named)
        )
        return await _page(request, _Done(desk=named, letters=letters, problem=kind))

    def act(connection: Connection) -> tuple[str, str]:
        who = found[0], visitor.name
        if not letters:
            code = opened_desks.make(connection, who[0], reason, who[1], site.now())
            return code, ""
        asked = by_phone.Asked(desk=who[0], letters=letters, reason=reason, by=who[1])
        limits, now = site.limits, site.now()
        return by_phone.answer(connection, site.keys, asked, now=now, limits=limits)

    code, problem = await site.database.write(act)
    problem = PROBLEMS.get(problem, problem)
    return await _page(request, _Done(desk=named, letters=letters, code=code, problem=problem))


def desks(connection: Connection, named: str, scope: Scope) -> list[str]:
    """Return the ids of the desks of that id or name; two of a name are one too many."""
    asked = (
        select(device.c.id)
        .where((device.c.id == named) | (device.c.label == named))
        .where(device.c.status == devices.ACTIVE)
        .limit(2)
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    return list(connection.scalars(asked))


async def _page(request: Asked, done: _Done) -> Page:
    site, visitor = site_of(request), permitted(request, Right.CARE)
    return await page(
        request,
        "glass.html",
        shown=SHOWN,
        done=done,
        minutes=opened_desks.SECONDS // 60,
        problem=site.words.say(f"console.glass.{done.problem}") if done.problem else "",
        made=await site.database.read(
            lambda c: opened_desks.list_opened(c, site.keys, visitor.scope, SHOWN, site.now())
        ),
    )


HANDLERS = (show, make)
ENTRIES = (Entry(path=GLASS, word="glass", group="centre", place=40, right=Right.CARE),)
