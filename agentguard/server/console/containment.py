"""Containment from an incident: asked for, granted by a second person, ended; looks at names."""

from __future__ import annotations

from collections.abc import Callable

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.incident import ONE
from agentguard.server.console.incidents import LONGEST_NOTE, QUEUE
from agentguard.server.console.site import Asked, Page, back, field, permitted, site_of, told
from agentguard.server.playbooks.playbook import Act
from agentguard.server.roles import Right
from agentguard.server.store.reports import containments, incident_looks
from agentguard.server.store.reports.containments import Wanted

LONGEST_ID = 64
BEGIN, RULE = ONE + "/contain", ONE + "/contain/{hold:int}"
LOOK, LOOK_RULE = ONE + "/look", ONE + "/look/{look:int}"
_SPANS = frozenset(map(str, containments.SPANS))
GRANT, REFUSE, END = "grant", "refuse", "end"


@post(BEGIN)
async def contain(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Ask for containment of a desk; what keeps nobody from working begins at once."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    if (asked := await ask_first(request)) is not None:
        return asked
    act, seconds = await field(request, "act"), await field(request, "seconds")
    wanted = Wanted(
        device=await field(request, "device", LONGEST_ID),
        act=Act(act) if act in set(Act) else Act.LOCK,
        seconds=int(seconds) if seconds in _SPANS else 0,
        reason=await told(request, "reason", LONGEST_NOTE),
    )
    if act not in set(Act):
        raise NotFoundException
    why = await site.database.write(lambda c: containments.ask(c, id_, visitor, site.now(), wanted))
    if why == containments.GONE:
        raise NotFoundException
    return back(f"{QUEUE}/{id_}{f'?why={why}' if why else ''}#contain")


@post(RULE)
async def rule(request: Asked, id_: FromPath[int], hold: FromPath[int]) -> Page | Redirect:
    """Grant containment as a second person, refuse it, or end it before its time."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    if (asked := await ask_first(request)) is not None:
        return asked
    do, now = await field(request, "do"), site.now()
    acts: dict[str, Callable[[Connection], bool]] = {
        GRANT: lambda c: containments.rule(c, hold, visitor, now, grant=True),
        REFUSE: lambda c: containments.rule(c, hold, visitor, now, grant=False),
        END: lambda c: containments.end(c, hold, visitor, now),
    }
    if do not in acts or not await site.database.write(acts[do]):
        raise NotFoundException
    return back(f"{QUEUE}/{id_}#contain")


@post(LOOK)
async def look(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Ask for a look at the names, with a reason."""
    site, visitor = site_of(request), permitted(request, Right.INSIDE)
    if (asked := await ask_first(request)) is not None:
        return asked
    reason = await told(request, "reason", LONGEST_NOTE)
    if not reason:
        return back(f"{QUEUE}/{id_}?why=no-reason#names")
    if not await site.database.write(
        lambda c: incident_looks.ask(c, id_, visitor, site.now(), reason)
    ):
        raise NotFoundException
    return back(f"{QUEUE}/{id_}#names")


@post(LOOK_RULE)
async def rule_look(request: Asked, id_: FromPath[int], look: FromPath[int]) -> Page | Redirect:
    """Grant a look at the names as a second person, or refuse it."""
    site, visitor = site_of(request), permitted(request, Right.INSIDE)
    if (asked := await ask_first(request)) is not None:
        return asked
    do = await field(request, "do")
    if do not in {GRANT, REFUSE}:
        raise NotFoundException
    done = await site.database.write(
        lambda c: incident_looks.rule(c, look, visitor, site.now(), grant=do == GRANT)
    )
    if not done:
        raise NotFoundException
    return back(f"{QUEUE}/{id_}#names")


HANDLERS = (contain, rule, look, rule_look)
