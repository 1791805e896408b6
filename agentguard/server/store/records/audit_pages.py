"""Reads the audit log a page at a time, the newest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select, true

from agentguard.server.store.schema.tables import audit_log


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
