"""One finding: what it is, who used the desk, what was done about it, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from agentguard.server.console.findings import DUE, FINDINGS
from agentguard.server.console.site import Asked, Page, looked, page, site_of, visitor_of
from agentguard.server.roles import Scope
from agentguard.server.store.accounts import members
from agentguard.server.store.floor import care_pages
from agentguard.server.store.floor.care_pages import Found
from agentguard.server.store.persons import use_spans
from agentguard.server.store.persons.use_spans import Use
from agentguard.server.store.reports import care
from agentguard.server.store.reports.care import Noted

USES = 5
"""Spans of use that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    finding: Found
    notes: list[Noted]
    uses: list[Use]
    people: tuple[str, ...]


@get(FINDINGS + "/{id_:int}")
async def show(request: Asked, id_: FromPath[int]) -> Page:
    """Show a finding with what can be done about it."""
    site, visitor = site_of(request), visitor_of(request)
    read = await site.database.read(lambda c: _read(c, id_, visitor.scope, site.now()))
    if read is None:
        raise NotFoundException
    await looked(request, "finding.seen", str(id_))
    return await page(
        request,
        "finding.html",
        one=read.finding,
        notes=read.notes,
        uses=read.uses,
        people=read.people,
        dues=DUE,
        effects=care.EFFECTS,
    )


def _read(connection: Connection, id_: int, scope: Scope, now: float) -> _Read | None:
    found = care_pages.one(connection, id_, scope, now)
    if found is None:
        return None
    return _Read(
        finding=found,
        notes=care.notes(connection, id_),
        uses=use_spans.of_desk(connection, found.device, USES),
        people=tuple(members.carers(connection, found.team)),
    )


HANDLERS = (show,)
