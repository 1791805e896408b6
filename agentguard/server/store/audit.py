"""Who did what at the centre; rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from agentguard.server.store.tables import audit_log


def note(connection: Connection, now: float, actor: str, act: str, subject: str = "") -> None:
    """Write down an act, such as `code.made`."""
    connection.execute(
        insert(audit_log).values(at=now, actor=actor, act=act, subject=subject[:250])
    )
