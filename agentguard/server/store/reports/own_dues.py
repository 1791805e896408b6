"""What waits for a console user beside incidents: exceptions to decide, and findings with a day.

A finding is overdue once its moment has passed, and due now within the day before that.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, func, select

from agentguard.model.exceptions import SECOND_PERSON
from agentguard.server.roles import Right, may
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.reports.care import OPEN, WORKING
from agentguard.server.store.reports.exceptions import ASKED
from agentguard.server.store.schema.care_tables import finding_care
from agentguard.server.store.schema.exception_tables import exception, exception_act
from agentguard.server.store.schema.tables import device, finding

DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """How many exceptions somebody may decide, and how many own findings have which day."""

    exceptions: int
    today: int
    overdue: int


def of(connection: Connection, by: Visitor, now: float, since: float = 0.0) -> Dues:
    """Count them; `overdue` are those whose moment passed after `since`."""
    return Dues(
        exceptions=_exceptions(connection, by, now),
        today=_findings(connection, by, finding_care.c.due_at >= now, now + DAY),
        overdue=_findings(connection, by, finding_care.c.due_at >= since, now),
    )


def _exceptions(connection: Connection, by: Visitor, now: float) -> int:
    """Count what waits, without what somebody asked for and may not approve alone."""
    if not may(by.role, Right.EXCEPT):
        return 0
    own = exists().where(
        exception_act.c.exception == exception.c.id,
        exception_act.c.act == "asked",
        exception_act.c.by == by.name,
    )
    alone = own & (exception.c.until - now > SECOND_PERSON)
    waits = (exception.c.state == ASKED) & (exception.c.until > now) & ~alone
    return int(connection.scalar(select(func.count()).select_from(exception).where(waits)) or 0)


def _findings(connection: Connection, by: Visitor, which: ColumnElement[bool], until: float) -> int:
    """Count findings that are seen, open and given to somebody, whose day is before `until`."""
    asked = (
        select(func.count())
        .select_from(finding_care)
        .join(finding, finding.c.id == finding_care.c.finding)
        .join(device, device.c.id == finding.c.device)
        .where(
            finding_care.c.assignee == by.name,
            finding_care.c.state.in_((OPEN, WORKING)),
            finding.c.closed_at.is_(None),
            finding_care.c.due_at < until,
            which,
        )
    )
    if by.scope is not None:
        asked = asked.where(device.c.team.in_(by.scope))
    return int(connection.scalar(asked) or 0)
