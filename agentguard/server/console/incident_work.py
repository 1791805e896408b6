"""Works on an incident: begins one, ticks its steps, says how grave it is, opens it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection, select

from agentguard.server.console.incident import CONFLICT, ONE, refused
from agentguard.server.console.incidents import LONGEST_NOTE, QUEUE
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    page,
    permitted,
    site_of,
    told,
)
from agentguard.server.playbooks.playbook import Grade, Playbook
from agentguard.server.playbooks.shelf import GENERAL
from agentguard.server.roles import Right
from agentguard.server.store.accounts.people import Scope, Visitor
from agentguard.server.store.reports import (
    containments,
    incident_course,
    incident_sight,
    incident_tasks,
    incidents,
    playbook_shelf,
)
from agentguard.server.store.reports.incident_opening import (
    Opening,
    about_the_same,
    open_incident,
)
from agentguard.server.store.reports.incident_sources import Source
from agentguard.server.store.reports.incident_tasks import Done
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.tables import device, finding, team

NEW = QUEUE + "/new"
TAMPER_BOOK = "control-failed"
BAD = 400
LONGEST_DESK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What an incident is to begin from; `what` is the id of a finding's control or of a sign."""

    source: Source
    about: str = ""
    device: str | None = None
    desk: str = ""
    team: str = ""
    what: str = ""
    playbook: str = GENERAL


@get(NEW)
async def blank(request: Asked) -> Page:
    """Ask with which playbook an incident is to begin; what it is from is known already."""
    permitted(request, Right.CARE)
    return await _form(request)


@post(NEW)
async def begin(request: Asked) -> Page | Redirect:
    """Begin an incident."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    chosen, note = await field(request, "playbook"), await told(request, "note", LONGEST_NOTE)
    named = (await field(request, "desk", LONGEST_DESK)).strip()

    def put(connection: Connection) -> int | str:
        begun = _begun(connection, request, visitor.scope)
        books = _offered(connection, visitor)
        if begun is None or chosen not in books:
            return "gone"
        at = begun.device
        if begun.source is Source.HAND and named:
            at = _desk_named(connection, named, visitor.scope)
            if at is None:
                return "no-desk"
        if at is None and visitor.scope is not None:
            return "desk-needed"
        asked = Opening(
            source=begun.source,
            about=begun.about,
            device=at,
            playbook=chosen,
            note=note,
            by=visitor.name,
        )
        return open_incident(connection, asked, site.now())

    made = await site.database.write(put)
    if made == "gone":
        raise NotFoundException
    if isinstance(made, str):
        return await _form(request, made, named, note)
    return back(f"{QUEUE}/{made}")


async def _form(request: Asked, problem: str = "", named: str = "", note: str = "") -> Page:
    site, visitor = site_of(request), permitted(request, Right.CARE)

    def read(connection: Connection) -> tuple[Begun | None, dict[str, Playbook], int | None]:
        begun = _begun(connection, request, visitor.scope)
        there = about_the_same(connection, begun.source, begun.about) if begun else None
        return begun, _offered(connection, visitor), there

    begun, books, there = await site.database.read(read)
    if begun is None:
        raise NotFoundException
    return await page(
        request,
        "incident_new.html",
        status=BAD if problem else 200,
        begun=begun,
        books=books,
        there=there,
        problem=site.words.say(f"console.response.new-{problem}") if problem else "",
        named=named,
        note=note,
        bound=visitor.scope is not None,
        query=f"?{request.url.query}" if request.url.query else "",
    )


def _offered(connection: Connection, visitor: Visitor) -> dict[str, Playbook]:
    every = playbook_shelf.every(connection)
    inside = incident_sight.inside(visitor)
    return {id_: one for id_, one in every.items() if inside or not one.restricted}


def _begun(connection: Connection, request: Asked, scope: Scope) -> Begun | None:
    """Return what the address names; None when it may not be seen."""
    for name, source in (("finding", Source.FINDING), ("tamper", Source.TAMPER)):
        if name in request.query_params:
            number = str(request.query_params[name])
            return _of(connection, source, number, scope) if number.isdecimal() else None
    return Begun(source=Source.HAND)


def _of(connection: Connection, source: Source, number: str, scope: Scope) -> Begun | None:
    table = finding if source is Source.FINDING else tamper_item
    what = finding.c.check if source is Source.FINDING else tamper_item.c.kind
    asked = (
        select(table.c.device, what.label("what"), device.c.label, device.c.team, team.c.name)
        .join(device, device.c.id == table.c.device)
        .join(team, team.c.id == device.c.team)
        .where(table.c.id == int(number[:15]))
    )
    row = connection.execute(asked).first()
    if row is None or (scope is not None and row.team not in scope):
        return None
    book = TAMPER_BOOK
    if source is Source.FINDING:
        book = playbook_shelf.for_check(connection, row.what).id
    return Begun(
        source=source,
        about=f"{source.value}:{int(number[:15])}",
        device=row.device,
        desk=row.label,
        team=row.name,
        what=row.what,
        playbook=book,
    )


def _desk_named(connection: Connection, named: str, scope: Scope) -> str | None:
    """Return the one desk of a name; None when there is none, or more than one."""
    asked = select(device.c.id).where(device.c.label == named, device.c.status != "retired")
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    found = connection.scalars(asked.limit(2)).all()
    return found[0] if len(found) == 1 else None


@post(ONE + "/steps/{task:str}")
async def tick(request: Asked, id_: FromPath[int], task: FromPath[str]) -> Redirect:
    """Write down that a step was done, that it is not needed and why, or take that back."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    what = await field(request, "do")
    note = await told(request, "note", LONGEST_NOTE)
    done = Done(
        at=site.now(),
        by=visitor.name,
        answer=await field(request, "answer", 10),
        note="" if what == "skip" else note,
        skipped=note if what == "skip" else "",
    )
    if what == "undo":
        undone = await site.database.write(
            lambda c: incident_course.untick(c, id_, task[:40], visitor, site.now())
        )
        why = "" if undone else incident_course.SHUT
    elif what == "skip" and not note:
        why = "empty"
    else:
        why = await site.database.write(
            lambda c: incident_course.tick(c, id_, task[:40], visitor, done)
        )
    return back(f"{QUEUE}/{id_}{f'?why={why}' if why else ''}#step-{task[:40]}")


@post(ONE + "/close")
async def close(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Close an incident with what was done."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    note = await told(request, "outcome", LONGEST_NOTE)
    if not note:
        return back(QUEUE)

    def end(connection: Connection) -> str:
        if incidents.close(connection, id_, visitor, site.now(), note):
            containments.end_all(connection, id_, visitor.name, site.now())
            return ""
        return "lacking" if incident_tasks.lacking(connection, id_) else "closed"

    why = await site.database.write(end)
    return await refused(request, id_, why, note, CONFLICT) if why else back(QUEUE)


@post(ONE + "/severity")
async def grade(request: Asked, id_: FromPath[int]) -> Redirect:
    """Say how grave an incident is."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    severity = await field(request, "severity")
    if severity in set(Grade):
        await _done(
            request,
            lambda c: incident_course.grade(c, id_, visitor, site.now(), severity),
        )
    return back(f"{QUEUE}/{id_}")


@post(ONE + "/lessons")
async def learn(request: Asked, id_: FromPath[int]) -> Redirect:
    """Write down what was learned, and what it turned out to be."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    said = (await told(request, "lessons", LONGEST_NOTE), await field(request, "verdict"))
    await _done(request, lambda c: incident_course.learn(c, id_, visitor, site.now(), said))
    return back(f"{QUEUE}/{id_}")


@post(ONE + "/reopen")
async def reopen(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Open a closed incident again, with a reason."""
    site, visitor = site_of(request), permitted(request, Right.CARE)
    reason = await told(request, "reason", LONGEST_NOTE)
    if reason and not await site.database.write(
        lambda c: incident_course.reopen(c, id_, visitor, site.now(), reason)
    ):
        return await refused(request, id_, "open", reason)
    return back(f"{QUEUE}/{id_}")


async def _done(request: Asked, act: Callable[[Connection], bool]) -> None:
    if not await site_of(request).database.write(act):
        raise NotFoundException


HANDLERS = (blank, begin, tick, close, grade, learn, reopen)
