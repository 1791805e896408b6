"""One desk: every control by measure, the open findings with advice, and what happened."""

from __future__ import annotations

from itertools import groupby

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from agentguard.server.console.floor import line
from agentguard.server.console.site import Asked, Page, page, site_of, visitor_of
from agentguard.server.store.desks.desk_status import severity
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.floor import pages
from agentguard.server.store.persons import use_spans
from agentguard.server.store.records import audit
from agentguard.server.store.reports import findings
from agentguard.server.store.software import desk_programs
from agentguard.server.store.software.counting import STATES
from agentguard.server.tamper import items, kinds
from agentguard.wire import v1

NO_TIME = 0.0
LONGEST_ID = 64
USES = 10  # of a desk that are listed


@get("/desk/{id_:str}")
async def show(request: Asked, id_: FromPath[str]) -> Page:
    """Show a desk; a look, also one in vain, is written to the audit log."""
    site, visitor = site_of(request), visitor_of(request)
    now = site.now()
    found = await site.database.read(lambda c: pages.desk(c, id_, visitor.scope))
    if found is None:
        await site.database.write(
            lambda c: audit.note(c, now, visitor.name, "desk.refused", id_[:LONGEST_ID])
        )
        raise NotFoundException
    await site.database.write(lambda c: audit.note(c, now, visitor.name, "desk.seen", id_))
    opened = await site.database.read(lambda c: findings.still_open(c, id_))
    signs = await site.database.read(lambda c: items.still_open(c, [id_]))
    return await page(
        request,
        "desk.html",
        unruly=[kind.id for kind in kinds.UNRULY if kind.id in signs.get(id_, {})],
        line=line(found, now, site.limits.silent_after),
        measures=_by_measure(found.controls),
        findings=sorted(opened, key=lambda f: (severity(f.severity), f.opened_at)),
        events=await site.database.read(lambda c: pages.newest_events(c, id_)),
        newest=pages.EVENTS,
        programs=await site.database.read(lambda c: desk_programs.inventory(c, id_)),
        states=STATES,
        uses=await site.database.read(lambda c: use_spans.of_desk(c, id_, USES)),
        when=lambda iso: seconds(iso, NO_TIME),
    )


def _by_measure(controls: tuple[v1.Control, ...]) -> list[tuple[int, list[v1.Control]]]:
    ordered = sorted(controls, key=lambda c: (c.measure, c.check))
    return [(measure, list(group)) for measure, group in groupby(ordered, lambda c: c.measure)]


HANDLERS = (show,)
