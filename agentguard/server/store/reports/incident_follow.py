"""Tells a desk how far its incidents have come."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, func, select

from agentguard.server.store.reports.incident_steps import SIGN_OFF
from agentguard.server.store.reports.incidents import CLOSED, TAKEN
from agentguard.server.store.schema.floor_tables import incident_step
from agentguard.server.store.schema.tables import incident
from agentguard.wire import v1


def news(
    connection: Connection, device: str, known: Sequence[v1.Followed]
) -> tuple[v1.Followed, ...]:
    """Return how far those incidents of a desk have come of which it knows something else."""
    numbers = [one.number for one in known if one.number]
    if not numbers:
        return ()
    signed = (
        select(incident_step.c.by)
        .where(
            incident_step.c.incident == incident.c.id,
            incident_step.c.kind == SIGN_OFF,
            incident_step.c.at >= func.coalesce(incident.c.reopened_at, 0.0),
        )
        .limit(1)
        .scalar_subquery()
    )
    asked = select(incident, signed.label("signed_by")).where(
        incident.c.device == device, incident.c.number.in_(numbers)
    )
    found = {_stands(row) for row in connection.execute(asked)}
    return tuple(sorted(found - {*known}, key=lambda one: one.number))


def _stands(row: Row[tuple[object, ...]]) -> v1.Followed:
    stage, by = "received", ""
    if row.signed_by is not None:
        stage, by = "signed", row.signed_by
    elif row.state == CLOSED:
        stage, by = "closed", row.closed_by or ""
    elif row.state == TAKEN and row.assigned_to:
        stage, by = "assigned", row.assigned_to
    elif row.state == TAKEN:
        stage, by = "taken", row.taken_by or ""
    return v1.Followed(number=row.number, stage=stage, by=by)
