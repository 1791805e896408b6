"""For how long a control was excepted at desks, so that they cannot go on for ever.

What overlaps counts once. Times are wall seconds since 1970.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, select, true

from agentguard.model.exceptions import ALONE_OVER, MONTH, Span, spent_since
from agentguard.server.store.schema.exception_tables import exception, exception_desk


def most_in_month(connection: Connection, desks: Sequence[str], control: str, now: float) -> float:
    """Return the seconds of the last 30 days for which the most excepted of these desks was."""
    return _most(connection, desks, control, now, now - MONTH, true())


def most_alone(connection: Connection, desks: Sequence[str], control: str, now: float) -> float:
    """Return the same of the last 7 days, of exceptions that no second person approved."""
    alone = exception.c.two_persons.is_(False)
    return _most(connection, desks, control, now, now - ALONE_OVER, alone)


def _most(
    connection: Connection,
    desks: Sequence[str],
    control: str,
    now: float,
    begin: float,
    which: ColumnElement[bool],
) -> float:
    asked = (
        select(exception_desk.c.device, exception_desk.c.since, exception_desk.c.until)
        .join(exception, exception.c.id == exception_desk.c.exception)
        .where(
            exception_desk.c.control == control,
            exception_desk.c.device.in_(desks),
            exception_desk.c.until > begin,
            which,
        )
    )
    spans: dict[str, list[Span]] = defaultdict(list)
    for device, since, until in connection.execute(asked):
        spans[device].append((since, min(until, now)))
    return max((spent_since(each, begin) for each in spans.values()), default=0.0)
