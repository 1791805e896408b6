"""The course of an incident at the console: steps, how grave, opened again, what was learned."""

from __future__ import annotations

from sqlalchemy import Connection, update

from agentguard.server.playbooks.playbook import Grade
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.records import audit
from agentguard.server.store.reports import (
    incident_sight,
    incident_steps,
    incident_tasks,
    playbook_shelf,
)
from agentguard.server.store.reports.incident_steps import REOPENED, Step
from agentguard.server.store.reports.incident_tasks import Done
from agentguard.server.store.reports.incidents import CLOSED, TAKEN, Incident
from agentguard.server.store.schema.tables import incident

TICKED, SKIPPED, UNTICKED, GRADED, LEARNED = "ticked", "skipped", "unticked", "graded", "learned"
VERDICTS = ("true", "false-positive", "test", "duplicate", "other")
"""What an incident turned out to be; words of OCSF's `verdict_id`."""
SHUT = "shut"
"""Why nothing is done: it is closed, or may not be seen."""
LONGEST = 4000


def tick(connection: Connection, id_: int, task: str, by: Visitor, done: Done) -> str:
    """Write down that a step was done or is not needed; why that cannot be, else empty."""
    one = _open(connection, id_, by, done.at)
    if one is None:
        return SHUT
    why = incident_tasks.tick(connection, id_, task, done)
    if not why:
        kind = SKIPPED if done.skipped else TICKED
        _write(connection, id_, kind, by, done.at, task)
    return why


def untick(connection: Connection, id_: int, task: str, by: Visitor, now: float) -> bool:
    """Take back that a step was done; False when it was not, or it is closed."""
    if _open(connection, id_, by, now) is None or not incident_tasks.untick(connection, id_, task):
        return False
    _write(connection, id_, UNTICKED, by, now, task)
    return True


def grade(connection: Connection, id_: int, by: Visitor, now: float, severity: str) -> bool:
    """Say how grave it is; False when that is no grade, or it is closed."""
    if severity not in set(Grade) or _open(connection, id_, by, now) is None:
        return False
    connection.execute(update(incident).where(incident.c.id == id_).values(severity=severity))
    _write(connection, id_, GRADED, by, now, severity)
    return True


def learn(connection: Connection, id_: int, by: Visitor, now: float, said: tuple[str, str]) -> bool:
    """Write down what was learned and what it turned out to be; False when it may not be seen."""
    one = _seen(connection, id_, by)
    lessons, verdict = said
    if one is None or verdict not in {"", *VERDICTS}:
        return _refused(connection, id_, by, now)
    values = {"lessons": lessons[:LONGEST], "verdict": verdict}
    connection.execute(update(incident).where(incident.c.id == id_).values(**values))
    _write(connection, id_, LEARNED, by, now, verdict)
    return True


def reopen(connection: Connection, id_: int, by: Visitor, now: float, reason: str) -> bool:
    """Open a closed incident again, with days counted anew; False when it is not closed.

    What it was signed off for does not hold any more.
    """
    one = _seen(connection, id_, by)
    if one is None or one.state != CLOSED or not reason:
        return _refused(connection, id_, by, now)
    due = playbook_shelf.followed(connection, one.plan, one.playbook).due
    connection.execute(
        update(incident)
        .where(incident.c.id == id_)
        .values(
            state=TAKEN,
            about="",
            closed_by=None,
            closed_at=None,
            contained_at=None,
            reopened_at=now,
            take_due=now + due.take,
            contain_due=now + due.contain,
            close_due=now + due.close,
        )
    )
    before = f"{reason}" if not one.outcome else f"{reason}\n({one.outcome})"
    incident_steps.write(connection, Step(at=now, by=by.name, kind=REOPENED, text=before), id_)
    audit.note(connection, now, by.name, "incident.reopened", str(id_))
    return True


def _seen(connection: Connection, id_: int, by: Visitor) -> Incident | None:
    return incident_steps.one(connection, id_, by.scope, inside=incident_sight.inside(by))


def _open(connection: Connection, id_: int, by: Visitor, now: float) -> Incident | None:
    one = _seen(connection, id_, by)
    if one is not None and one.state != CLOSED:
        return one
    _refused(connection, id_, by, now)
    return None


def _write(connection: Connection, id_: int, kind: str, by: Visitor, now: float, text: str) -> None:
    incident_steps.write(connection, Step(at=now, by=by.name, kind=kind, text=text), id_)
    audit.note(connection, now, by.name, f"incident.{kind}", f"{id_} {text}".strip())


def _refused(connection: Connection, id_: int, by: Visitor, now: float) -> bool:
    audit.note(connection, now, by.name, "incident.refused", str(id_))
    return False
