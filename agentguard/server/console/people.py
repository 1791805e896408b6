"""The people who use desks, by pseudonym; a name is shown to who gives a reason, for minutes."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console import filters
from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
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
)
from agentguard.server.roles import Right
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.factors import team_scope
from agentguard.server.store.persons import desk_events, pseudonyms, training, use_spans
from agentguard.server.store.persons.pseudonyms import Factors, Opening
from agentguard.server.store.persons.use_spans import Use

PEOPLE = "/people"
LONGEST_ID = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is shown of a person; `name` is empty unless it was opened by who looks.

    Factors, openings and the form for the name are shown to those whose the person is (`own`), not
    to who has a desk that says so.
    """

    uses: list[Use]
    findings: list[desk_events.Finding]
    incidents: list[desk_events.Incident]
    lessons: list[training.Mine]
    factors: Factors | None
    openings: list[Opening]
    name: str
    known: bool
    own: bool


@get(PEOPLE)
async def show(request: Asked) -> Page:
    """List the people who used a desk that may be seen, the newest first."""
    site, scope = site_of(request), visitor_of(request).scope
    wish = filters.asked(request)
    total = await site.database.read(lambda c: use_spans.count(c, scope))
    known = await site.database.read(
        lambda c: use_spans.people(c, scope, start=wish.start, limit=filters.PAGE)
    )
    await looked(request, "people.seen")
    paged = filters.pager(wish, total) if total > filters.PAGE else None
    return await page(request, "people.html", people=known, pager=paged)


@get(PEOPLE + "/{id_:str}")
async def one(request: Asked, id_: FromPath[str]) -> Page:
    """Show a person: desks, findings, incidents, lessons, second factor; each look is kept."""
    return await _page(request, id_[:LONGEST_ID])


@post(PEOPLE + "/{id_:str}/open")
async def open_(request: Asked, id_: FromPath[str]) -> Page | Redirect:
    """Show the name for minutes to who gives a reason and proves who it is."""
    site, visitor, id_ = site_of(request), permitted(request, Right.OPEN), id_[:LONGEST_ID]
    if (asked := await ask_first(request)) is not None:
        return asked
    reason = await told(request, "reason", pseudonyms.LONGEST_REASON)
    if not reason:
        return await _page(request, id_, "console.people.no-reason")

    def put(connection: Connection) -> bool:
        name = pseudonyms.name(connection, site.keys, id_)
        if not name or not team_scope.belongs(
            connection, site.keys, visitor.scope, name, site.now()
        ):
            return False
        pseudonyms.open_(connection, id_, visitor.name, reason, site.now())
        return True

    if not await site.database.write(put):
        raise NotFoundException
    return back(f"{PEOPLE}/{id_}")


async def _page(request: Asked, id_: str, problem: str = "") -> Page:
    site, visitor = site_of(request), visitor_of(request)
    told = await site.database.read(lambda c: _told(c, site, visitor, id_))
    if not told.uses:
        await looked(request, "person.refused", id_)
        raise NotFoundException
    await looked(request, "person.named" if told.name else "person.seen", id_)
    return await page(
        request,
        "person.html",
        status=400 if problem else 200,
        id=id_,
        told=told,
        used=use_spans.MOST,
        listed=desk_events.MOST,
        opened=pseudonyms.MOST,
        minutes=pseudonyms.SECONDS // 60,
        problem=site.words.say(problem) if problem else "",
    )


def _told(connection: Connection, site: Site, visitor: Visitor, id_: str) -> Told:
    now, scope = site.now(), visitor.scope
    name = pseudonyms.name(connection, site.keys, id_)
    own = bool(name) and team_scope.belongs(connection, site.keys, scope, name, now)
    shown = own and pseudonyms.is_open(connection, id_, visitor.name, now)
    return Told(
        uses=use_spans.of_person(connection, id_, scope),
        findings=desk_events.findings(connection, id_, scope),
        incidents=desk_events.incidents(connection, id_, scope),
        lessons=training.of_person(connection, id_, scope, now),
        factors=pseudonyms.factors_of(connection, name, now) if own else None,
        openings=pseudonyms.list_openings(connection, id_) if own else [],
        name=name if shown else "",
        known=bool(name),
        own=own,
    )


HANDLERS = (show, one, open_)
ENTRIES = (Entry(path=PEOPLE, word="people", group="over-time", place=20),)
