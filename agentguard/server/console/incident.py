"""One incident: what was reported, what happened at the desk around it, who did what about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.incidents import LONGEST_NOTE, QUEUE
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    looked,
    page,
    permitted,
    site_of,
    told,
    visitor_of,
)
from agentguard.server.roles import Right
from agentguard.server.store.accounts.people import Scope, Visitor
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.floor import pages
from agentguard.server.store.reports import incident_steps
from agentguard.server.store.reports.incident_steps import NOTE, SIGN_OFF
from agentguard.server.store.reports.incidents import Incident
from agentguard.wire import v1

ONE = QUEUE + "/{id_:int}"
AROUND = 3600.0  # seconds before and after the report
Act = Callable[[Connection, int, Visitor, float, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A line of the timeline: `kind` is a word of the page, or `event` with the desk's own."""

    at: float
    kind: str
    by: str = ""
    text: str = ""
    event: v1.Event | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An incident with its timeline, the oldest first."""

    incident: Incident
    timeline: tuple[Moment, ...]
    signed: bool


@get(ONE)
async def show(request: Asked, id_: FromPath[int]) -> Page:
    """Show an incident."""
    visitor = visitor_of(request)
    found = await site_of(request).database.read(partial(_whole, id_=id_, scope=visitor.scope))
    await looked(request, "incident.refused" if found is None else "incident.seen", str(id_))
    if found is None:
        raise NotFoundException
    one = found.incident
    sign = one.state == "closed" and not found.signed and visitor.name != one.closed_by
    return await page(request, "incident.html", one=one, found=found, sign=sign)


@post(ONE + "/note")
async def note(request: Asked, id_: FromPath[int]) -> Redirect:
    """Write a note to an incident."""
    return await _write(request, id_, NOTE, incident_steps.add_note)


@post(ONE + "/sign-off")
async def sign_off(request: Asked, id_: FromPath[int]) -> Redirect:
    """Say as a second person that what was done is enough."""
    return await _write(request, id_, SIGN_OFF, incident_steps.sign_off)


async def _write(request: Asked, id_: int, kind: str, act: Act) -> Redirect:
    site, visitor = site_of(request), permitted(request, Right.CARE)
    text = await told(request, "text", LONGEST_NOTE)
    if text or kind == SIGN_OFF:
        done = await site.database.write(lambda c: act(c, id_, visitor, site.now(), text))
        if not done:
            raise NotFoundException
    return back(f"{QUEUE}/{id_}")


def _whole(connection: Connection, *, id_: int, scope: Scope) -> Whole | None:
    one = incident_steps.one(connection, id_, scope)
    if one is None:
        return None
    written = incident_steps.steps(connection, id_)
    near = pages.events_around(connection, one.device, one.reported_at, AROUND)
    moments = [
        *_of(one),
        *(Moment(at=s.at, kind=s.kind, by=s.by, text=s.text) for s in written),
        *(
            Moment(at=seconds(e.at, one.reported_at), kind="event", event=e)
            for e in near
            if e.kind != "incident.reported"
        ),
    ]
    return Whole(
        incident=one,
        timeline=tuple(sorted(moments, key=lambda m: m.at)),
        signed=any(s.kind == SIGN_OFF for s in written),
    )


def _of(one: Incident) -> list[Moment]:
    moments = [Moment(at=one.reported_at, kind="reported", text=one.note)]
    if one.taken_at is not None:
        moments.append(Moment(at=one.taken_at, kind="taken", by=one.taken_by))
    if one.closed_at is not None:
        moments.append(Moment(at=one.closed_at, kind="closed", by=one.closed_by, text=one.outcome))
    return moments


HANDLERS = (show, note, sign_off)
