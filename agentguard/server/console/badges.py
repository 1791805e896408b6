"""What waits for whoever reads a page: counted in the menu, and told in a quiet line."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from sqlalchemy import Connection

from agentguard.server.console.navigation import menu
from agentguard.server.roles import Right, may
from agentguard.server.store.accounts.people import Scope, Visitor
from agentguard.server.store.desks import identities
from agentguard.server.store.engine import times
from agentguard.server.store.engine.database import Database
from agentguard.server.store.reports import notices
from agentguard.server.store.reports.incidents import waiting
from agentguard.server.store.software import plans, vendors
from agentguard.server.tamper import strangers, waves

LATELY = 10.0  # seconds that a count is good enough for what refreshes itself
NEAR = timedelta(days=7)  # before a day of a vendor
SCOPES = 200  # whose counts are remembered
Counts = dict[str, int]
"""How many wait, by the path of a line of the menu."""
INCIDENTS = "/incidents"


@dataclass(frozen=True, slots=True)
class Badges:
    """Counts anew for each page; all floors that are open share one count in ten seconds."""

    _known: OrderedDict[Scope, tuple[float, Counts]] = field(default_factory=OrderedDict)

    async def counted(self, database: Database, visitor: Visitor, now: float) -> Counts:
        """Count now."""
        counts = await database.read(lambda c: _count(c, visitor.scope, now))
        self._known[visitor.scope] = now, counts
        self._known.move_to_end(visitor.scope)
        while len(self._known) > SCOPES:
            self._known.popitem(last=False)
        return _shown(counts, visitor)

    async def lately(self, database: Database, visitor: Visitor, now: float) -> Counts:
        """Return a count that is at most `LATELY` old."""
        at, counts = self._known.get(visitor.scope, (0.0, {}))
        if counts and 0 <= now - at < LATELY:
            return _shown(counts, visitor)
        return await self.counted(database, visitor, now)


def _count(connection: Connection, scope: Scope, now: float) -> Counts:
    soon = times.day(now) + NEAR
    return {
        "/incidents": waiting(connection, scope),
        "/devices": identities.waiting(connection, scope),
        "/software/plans": plans.count_wanted(connection),
        "/tamper": waves.count(connection, scope) + strangers.count(connection, scope),
        "/vendors": vendors.waiting(connection, soon.isoformat()),
    }


def _shown(counts: Counts, visitor: Visitor) -> Counts:
    lines = {entry.path for _, entries in menu(visitor.role) for entry in entries}
    return {path: many for path, many in counts.items() if path in lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits: a word under `console.waits`, how many, and where to see to it."""

    word: str
    count: int
    path: str


def waits_of(connection: Connection, visitor: Visitor | None, now: float) -> tuple[Waiting, ...]:
    """Return what waits for a visitor; nothing for who may see to nothing."""
    if visitor is None or not may(visitor.role, Right.CARE):
        return ()
    found = notices.waits(connection, visitor, now)
    own = f"/findings?assignee={quote(visitor.name)}&sort=due"
    late = f"{INCIDENTS}/{found.late[0]}" if len(found.late) == 1 else INCIDENTS
    every = (
        Waiting(word="late", count=len(found.late), path=late),
        Waiting(word="mine", count=found.mine, path=INCIDENTS),
        Waiting(word="grants", count=found.grants, path=INCIDENTS),
        Waiting(word="looks", count=found.looks, path=INCIDENTS),
        Waiting(word="exceptions", count=found.exceptions, path="/exceptions"),
        Waiting(word="overdue", count=found.overdue, path=own),
        Waiting(word="today", count=found.today, path=own),
    )
    return tuple(one for one in every if one.count)
