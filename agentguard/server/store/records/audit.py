"""Who did what at the centre; rows are only ever added, and chained with their COMMIT."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

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
