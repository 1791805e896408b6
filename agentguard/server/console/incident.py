"""One incident: what was reported, what happened at the desk around it, who did what about it."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.incidents import LONGEST_NOTE, QUEUE
from agentguard.server.console.site import (
    Asked,
    Page,
    Site,
    back,
    looked,
    page,
    permitted,
    site_of,
    told,
    visitor_of,
    zone_of,
)
from agentguard.server.feeds import sheets
from agentguard.server.feeds.printed_incident import Told, incident_report
from agentguard.server.playbooks.playbook import BITES, Act, Grade, Playbook
from agentguard.server.roles import Right
from agentguard.server.store.accounts import members
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.floor import pages
from agentguard.server.store.persons import pseudonyms
from agentguard.server.store.reports import (
    containments,
    incident_course,
    incident_looks,
    incident_sight,
    incident_steps,
    incident_tasks,
    incidents,
    playbook_shelf,
)
from agentguard.server.store.reports.containments import Containment
from agentguard.server.store.reports.incident_looks import Look
from agentguard.server.store.reports.incident_sources import Source
from agentguard.server.store.reports.incident_steps import NOTE, SIGN_OFF, Step
from agentguard.server.store.reports.incident_tasks import Task
from agentguard.server.store.reports.incidents import CARD_DATA, CLOSED, DESK, Incident
from agentguard.wire import v1

ONE = QUEUE + "/{id_:int}"
AROUND = 3600.0  # seconds before and after the report
LONGEST_NAME = 100
GUIDED = ("held", "looked", "ended", "cause")
OWN = frozenset({"incident.reported", "incident.step", "incident.told"})
"""Events that the timeline tells in its own words."""
MEANWHILE = frozenset({"closed", "open", "signed"})
"""What somebody else did to it meanwhile, so that a form of it is not there any more."""
WHY = MEANWHILE | {"lacking", "empty", "first", "unknown", "shut", "no-reason", "no-span", "there"}
"""Why what was asked for was not done: `console.response.why-<word>`."""
CONFLICT, NO_FORM = 409, 404
"""A step is open or it is closed already; the form that was sent is not there any more."""
CSV = "text/csv; charset=utf-8; header=present"
Write = Callable[[Connection, int, Visitor, float, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A line of the timeline: `kind` is a word of the page, or `event` with the desk's own."""

    at: float
    kind: str
    by: str = ""
    text: str = ""
    event: v1.Event | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guided:
    """A step of a guided response; `done` is None while the desk has not told it."""

    step: str
    done: Step | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who used a desk: a pseudonym, and the name for whom it is open."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An incident with its timeline, the oldest first; `guided` are the steps of a response."""

    incident: Incident
    timeline: tuple[Moment, ...]
    signed: bool
    guided: tuple[Guided, ...]
    people: tuple[str, ...]
    book: Playbook
    tasks: tuple[Task, ...]
    held: tuple[Containment, ...]
    looks: tuple[Look, ...]
    persons: tuple[Person, ...]


@get(ONE)
async def show(request: Asked, id_: FromPath[int]) -> Page:
    """Show an incident."""
    return await _shown(request, id_, str(request.query_params.get("why", ""))[:20])


async def refused(request: Asked, id_: int, why: str, kept: str, status: int = NO_FORM) -> Page:
    """Show an incident to who was refused, with why, and with what was written for it.

    It stands in its field again; where that is not there any more, as a note that can be added.
    """
    return await _shown(request, id_, why, kept=kept, status=status)


async def _shown(
    request: Asked, id_: int, why: str, kept: str | None = None, status: int = 200
) -> Page:
    visitor, site = visitor_of(request), site_of(request)
    found = await site.database.read(lambda c: whole(c, id_, visitor, site))
    await looked(request, "incident.refused" if found is None else "incident.seen", str(id_))
    if found is None:
        raise NotFoundException
    one = found.incident
    sign = one.state == CLOSED and not found.signed and visitor.name != one.closed_by
    if any(person.name for person in found.persons):
        await looked(request, "look.seen", str(id_))
    return await page(
        request,
        "incident.html",
        status=status,
        refused=kept is not None,
        kept=kept if kept and why in MEANWHILE else "",
        one=one,
        found=found,
        sign=sign,
        why=why if why in WHY else "",
        acts=tuple(Act),
        bites=BITES,
        hold_spans=containments.SPANS,
        at_once=containments.AT_ONCE,
        verdicts=incident_course.VERDICTS,
        grades=tuple(Grade),
    )


@get(ONE + "/record.csv")
async def record(request: Asked, id_: FromPath[int]) -> Response[str]:
    """Return the incident as a sheet: what, when, by whom."""
    visitor, site = visitor_of(request), site_of(request)
    found = await site.database.read(lambda c: whole(c, id_, visitor, site))
    await looked(request, "incident.refused" if found is None else "incident.record", str(id_))
    if found is None:
        raise NotFoundException
    return Response(
        sheets.sheet(found.incident, found.timeline),
        media_type=CSV,
        headers={"content-disposition": f'attachment; filename="incident-{id_}.csv"'},
    )


@get(ONE + "/report.pdf")
async def paper(request: Asked, id_: FromPath[int]) -> Response[bytes]:
    """Return the incident as a report to print."""
    visitor, site = visitor_of(request), site_of(request)
    found = await site.database.read(lambda c: whole(c, id_, visitor, site))
    await looked(request, "incident.refused" if found is None else "incident.paper", str(id_))
    if found is None:
        raise NotFoundException
    one, words = found.incident, site.words
    known = f"console.incident.{one.category}"
    told_ = Told(
        incident=one,
        title=one.title or (words.say(known) if words.has(known) else one.category),
        book=found.book,
        tasks=found.tasks,
        held=found.held,
        timeline=found.timeline,
        signed=found.signed,
        zone=zone_of(request),
    )
    made = await to_thread(incident_report, told_, words, site.now(), visitor.name)
    return Response(
        made,
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="incident-{id_}.pdf"'},
    )


@post(ONE + "/assign")
async def assign(request: Asked, id_: FromPath[int]) -> Redirect:
    """Assign an incident to somebody who may care for it; to nobody else."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    name = await told(request, "name", LONGEST_NAME)

    def given(connection: Connection) -> bool:
        carers = _carers(connection, id_, visitor)
        if name in carers or not carers:
            incidents.assign(connection, id_, visitor, site.now(), name)
        return bool(carers)

    if not await site.database.write(given):
        raise NotFoundException
    return back(f"{QUEUE}/{id_}")


@post(ONE + "/note")
async def note(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Write a note to an incident."""
    return await _write(request, id_, NOTE, incident_steps.add_note)


@post(ONE + "/sign-off")
async def sign_off(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Say as a second person that what was done is enough."""
    return await _write(request, id_, SIGN_OFF, incident_steps.sign_off)


async def _write(request: Asked, id_: int, kind: str, act: Write) -> Page | Redirect:
    site, visitor = site_of(request), permitted(request, Right.CARE)
    text = await told(request, "text", LONGEST_NOTE)
    if text or kind == SIGN_OFF:
        done = await site.database.write(lambda c: act(c, id_, visitor, site.now(), text))
        why = "" if done else await _meanwhile(request, id_)
        if why:
            return await refused(request, id_, why, text)
    return back(f"{QUEUE}/{id_}")


async def _meanwhile(request: Asked, id_: int) -> str:
    """Return what somebody did to it meanwhile, so that it cannot be signed off.

    Raises:
        NotFoundException: nobody did anything; there was no such form.

    """
    visitor, site = visitor_of(request), site_of(request)
    found = await site.database.read(lambda c: whole(c, id_, visitor, site))
    if found is not None and found.incident.state != CLOSED:
        return "open"
    if found is None or not found.signed:
        raise NotFoundException
    return "signed"


def whole(connection: Connection, id_: int, visitor: Visitor, site: Site) -> Whole | None:
    """Return an incident with all that belongs to it; None when it may not be seen."""
    one = _one(connection, id_, visitor)
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
            if e.kind not in OWN
        ),
    ]
    book = playbook_shelf.followed(connection, one.plan, one.playbook)
    return Whole(
        incident=one,
        timeline=tuple(sorted(moments, key=lambda m: m.at)),
        signed=incident_steps.signed(written),
        guided=_guided(one, written),
        people=_carers(connection, id_, visitor),
        book=book,
        tasks=incident_tasks.of(connection, id_, book),
        held=tuple(containments.of(connection, id_)),
        looks=tuple(incident_looks.of(connection, id_)) if one.restricted else (),
        persons=_persons(connection, one, visitor, site) if one.restricted else (),
    )


def _one(connection: Connection, id_: int, visitor: Visitor) -> Incident | None:
    inside = incident_sight.inside(visitor)
    return incident_steps.one(connection, id_, visitor.scope, inside=inside)


def _persons(
    connection: Connection, one: Incident, visitor: Visitor, site: Site
) -> tuple[Person, ...]:
    """Return who used the desk around the beginning; names only with a granted look."""
    opened = incident_looks.is_open(connection, one.id, visitor, site.now())
    return tuple(
        Person(id=id_, name=pseudonyms.name(connection, site.keys, id_) if opened else "")
        for id_ in incident_looks.persons(connection, one.device, one.reported_at)
    )


def _carers(connection: Connection, id_: int, visitor: Visitor) -> tuple[str, ...]:
    """Return who may care for an incident: those with the right who see it."""
    one = _one(connection, id_, visitor)
    if one is None:
        return ()
    if one.restricted:
        return members.with_right(connection, Right.INSIDE)
    return members.carers(connection, one.team)


def _guided(one: Incident, written: Sequence[Step]) -> tuple[Guided, ...]:
    """Return the steps that a desk told of a response, each with its last answer."""
    if one.category != CARD_DATA:
        return ()
    last = {step.kind.removeprefix(DESK): step for step in written if step.kind.startswith(DESK)}
    return tuple(Guided(step=name, done=last.get(name)) for name in GUIDED)


def _of(one: Incident) -> list[Moment]:
    by_agent = one.source in {"", Source.PERSON, Source.GUIDED}
    began = "reported" if by_agent else f"from-{one.source}"
    moments = [Moment(at=one.reported_at, kind=began, by=one.opened_by, text=one.note)]
    if one.taken_at is not None:
        moments.append(Moment(at=one.taken_at, kind="taken", by=one.taken_by))
    if one.assigned_at is not None:
        moments.append(Moment(at=one.assigned_at, kind="assigned", by=one.assigned_to))
    if one.closed_at is not None:
        moments.append(Moment(at=one.closed_at, kind="closed", by=one.closed_by, text=one.outcome))
    return moments


HANDLERS = (show, note, sign_off, assign, record, paper)
