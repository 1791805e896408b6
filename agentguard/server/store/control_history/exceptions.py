"""The spans in which exceptions held at desks, as the arithmetic of what held takes them."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from agentguard.model.held import Period
from agentguard.server.store.schema.exception_tables import exception_desk


def spans(connection: Connection, period: Period) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return the spans within a period, by device and check; one that ended early ends there."""
    table = exception_desk.c
    until = func.coalesce(table.ended_at, table.until)
    rows = connection.execute(
        select(table.device, table.control, table.since, until.label("until")).where(
            table.since < period.until, until > period.since
        )
    )
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault((row.device, row.control), []).append((int(row.since), int(row.until)))
    return found
