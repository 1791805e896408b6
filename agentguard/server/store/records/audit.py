"""Who did what at the centre: rows are only ever added, and read a page at a time, newest first.

They are chained with their COMMIT.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, true

from agentguard.server.store.engine import audit_chain
from agentguard.server.store.schema.tables import audit_log

LONGEST_ACTOR, LONGEST_SUBJECT = 100, 250  # characters, as the table has them


def newest(connection: Connection, act: str) -> float | None:
    """Return when an act was done last; None when it never was."""
    at = connection.scalar(select(func.max(audit_log.c.at)).where(audit_log.c.act == act))
    return None if at is None else float(at)


def note(connection: Connection, now: float, actor: str, act: str, subject: str = "") -> None:
    """Write down an act, such as `code.made`."""
    who, about = actor[:LONGEST_ACTOR], subject[:LONGEST_SUBJECT]
    connection.execute(insert(audit_log).values(at=now, actor=who, act=act, subject=about))
    connection.info[audit_chain.WAITING] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who did what to whom, and when."""

    at: float
    actor: str
    act: str
    subject: str


def list_acts(
    connection: Connection, text: str, *, start: int, limit: int
) -> tuple[list[Act], int]:
    """Return a page of the acts that hold a text anywhere, and how many there are."""
    wanted = _holds(text)
    total = connection.scalar(select(func.count()).select_from(audit_log).where(wanted)) or 0
    rows = connection.execute(
        select(audit_log).where(wanted).order_by(audit_log.c.id.desc()).offset(start).limit(limit)
    )
    acts = [Act(at=r.at, actor=r.actor, act=r.act, subject=r.subject) for r in rows]
    return acts, int(total)


def _holds(text: str) -> ColumnElement[bool]:
    if not text:
        return true()
    columns = (audit_log.c.actor, audit_log.c.act, audit_log.c.subject)
    return or_(*(one.icontains(text, autoescape=True) for one in columns))
