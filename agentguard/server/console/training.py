"""Training by team and by person: what is done, due and late; never what anybody answered."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get
from sqlalchemy import Connection

from agentguard.server.console import filters
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, looked, page, site_of, visitor_of
from agentguard.server.store.persons import coaching, training

TRAINING = "/training"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    teams: list[training.Team]
    lessons: list[training.Lesson]
    late: list[training.Late]
    evidence: training.Evidence
    coached: list[coaching.Coached]


@get(TRAINING)
async def show(request: Asked) -> Page:
    """Show how the lessons stand by team and by lesson, who is late, and what that is proof of."""
    site, visitor = site_of(request), visitor_of(request)
    wish, now = filters.asked(request), site.now()

    def read(connection: Connection) -> _Read:
        scope = filters.reach(connection, wish, visitor.scope).teams
        return _Read(
            teams=training.teams(connection, scope, now),
            lessons=training.by_lesson(connection, scope, now),
            late=training.late(connection, scope, now),
            evidence=training.evidence(connection, scope, now),
            coached=coaching.lately(connection, scope, now),
        )

    told = await site.database.read(read)
    if told.late:
        await looked(request, "people.seen")
    return await page(
        request,
        "training.html",
        wish=wish,
        rows=told.teams[wish.start : wish.start + filters.PAGE],
        pager=filters.pager(wish, len(told.teams)) if len(told.teams) > filters.PAGE else None,
        lessons=told.lessons,
        late=told.late,
        most=training.MOST if len(told.late) == training.MOST else 0,
        evidence=told.evidence,
        coached=told.coached,
    )


HANDLERS = (show,)
ENTRIES = (Entry(path=TRAINING, word="training", group="over-time", place=50),)
