"""One incident with all that was done about it: notes, the closing, a second person's sign-off.

Its desk is told how far it has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, insert, select

from agentguard.server.store.accounts.people import Scope, Visitor
from agentguard.server.store.records import audit
from agentguard.server.store.reports import incident_sight, incidents
from agentguard.server.store.reports.incidents import CLOSED, TAKEN, Incident
from agentguard.server.store.schema.floor_tables import incident_step
from agentguard.server.store.schema.tables import device, incident, team
from agentguard.wire import v1

NOTE, SIGN_OFF, REOPENED = "note", "sign-off", "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a person wrote, and when."""

    at: float
    by: str
    kind: str
    text: str


def one(connection: Connection, id_: int, scope: Scope, *, inside: bool = False) -> Incident | None:
    """Return an incident; None when it is not there or may not be seen.

    `inside` says that those about somebody within may be.
    """
    asked = (
        select(incident, device.c.label, team.c.name)
        .outerjoin(device, device.c.id == incident.c.device)
        .outerjoin(team, team.c.id == device.c.team)
        .where(incident.c.id == id_, incident_sight.within(scope, inside=inside))
    )
    row = connection.execute(asked).first()
    return None if row is None else incidents.told(row)


def steps(connection: Connection, id_: int) -> list[Step]:
    """Return what was written to an incident, the oldest first."""
    rows = connection.execute(
        select(incident_step).where(incident_step.c.incident == id_).order_by(incident_step.c.id)
    )
    return [Step(at=row.at, by=row.by, kind=row.kind, text=row.text) for row in rows]


def signed(written: Sequence[Step]) -> bool:
    """Check whether an incident is signed off; to open it again ends that."""
    last = next((s for s in reversed(written) if s.kind in {SIGN_OFF, REOPENED}), None)
    return last is not None and last.kind == SIGN_OFF


def write(connection: Connection, step: Step, id_: int) -> None:
    """Write what was done into an incident's timeline."""
    values = {"at": step.at, "by": step.by, "kind": step.kind, "text": step.text}
    connection.execute(insert(incident_step).values(incident=id_, **values))


def add_note(connection: Connection, id_: int, by: Visitor, now: float, text: str) -> bool:
    """Write a note to an incident; False when it may not be seen."""
    if one(connection, id_, by.scope, inside=incident_sight.inside(by)) is None:
        return _refused(connection, id_, by, now)
    return _add(connection, Step(at=now, by=by.name, kind=NOTE, text=text), id_)


def sign_off(connection: Connection, id_: int, by: Visitor, now: float, text: str) -> bool:
    """Say as a second person that what was done is enough; False when that cannot be said.

    It must be closed, by somebody else, and not signed off yet.
    """
    held = one(connection, id_, by.scope, inside=incident_sight.inside(by))
    if held is None or held.state != CLOSED or by.name in {held.closed_by, ""}:
        return _refused(connection, id_, by, now)
    if signed(steps(connection, id_)):
        return _refused(connection, id_, by, now)
    return _add(connection, Step(at=now, by=by.name, kind=SIGN_OFF, text=text), id_)


def _add(connection: Connection, step: Step, id_: int) -> bool:
    write(connection, step, id_)
    audit.note(connection, step.at, step.by, f"incident.{step.kind}", str(id_))
    return True


def _refused(connection: Connection, id_: int, by: Visitor, now: float) -> bool:
    audit.note(connection, now, by.name, "incident.refused", str(id_))
    return False


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
