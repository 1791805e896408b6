"""What waits for whoever reads a page, in a quiet line with links; nothing while nothing does."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import Connection

from agentguard.server.roles import Right, may
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.reports import notices

INCIDENTS = "/incidents"


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
