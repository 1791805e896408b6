"""The steps of an incident's playbook: which are done, when, by whom, and which must come first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from agentguard.server.playbooks.playbook import Ask, Phase, Playbook, Step
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.reports import playbook_shelf
from agentguard.server.store.schema.response_tables import incident_task
from agentguard.server.store.schema.tables import incident

YES, NO = "yes", "no"
LONGEST_NOTE = 2000
EMPTY, FIRST, UNKNOWN = "empty", "first", "unknown"
"""Why a step is not ticked: no answer, another comes first, or there is no such step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """That a step was done, or is not needed: `skipped` says why."""

    at: float
    by: str
    answer: str = ""
    note: str = ""
    skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step of a playbook and how it stands; `waits` are the steps that come first."""

    step: Step
    done: Done | None
    waits: tuple[str, ...]


def of(connection: Connection, id_: int, book: Playbook) -> tuple[Task, ...]:
    """Return the steps of an incident in the playbook's order."""
    done = _done(connection, id_)
    return tuple(
        Task(
            step=step,
            done=done.get(step.id),
            waits=tuple(one for one in step.after if one not in done),
        )
        for step in book.steps
    )


def lacking(connection: Connection, id_: int) -> tuple[Step, ...]:
    """Return the steps that may not be left out and are open."""
    book = playbook_shelf.of_incident(connection, id_)
    done = _done(connection, id_)
    return tuple(s for s in book.steps if s.must and s.id not in done) if book else ()


def tick(connection: Connection, id_: int, task: str, done: Done) -> str:
    """Write down that a step was done or is not needed; why that cannot be, else empty.

    When the last step that contains is done, the incident is contained.
    """
    book = playbook_shelf.of_incident(connection, id_)
    step = book.step(task) if book else None
    if book is None or step is None:
        return UNKNOWN
    known = _done(connection, id_)
    if not done.skipped:
        if any(one not in known for one in step.after):
            return FIRST
        if (step.ask is Ask.YES_NO and done.answer not in {YES, NO}) or (
            step.ask is Ask.TEXT and not done.note
        ):
            return EMPTY
    values = {
        "done_at": done.at,
        "done_by": done.by,
        "answer": done.answer if step.ask is Ask.YES_NO else "",
        "note": done.note[:LONGEST_NOTE],
        "skipped": done.skipped[:LONGEST_NOTE],
    }
    made = upsert(connection, incident_task).values(incident=id_, task=task, **values)
    connection.execute(made.on_conflict_do_update(index_elements=("incident", "task"), set_=values))
    _contained(connection, id_, book, done.at)
    return ""


def untick(connection: Connection, id_: int, task: str) -> bool:
    """Take back that a step was done; False when it was not."""
    mine = (incident_task.c.incident == id_) & (incident_task.c.task == task)
    gone = connection.execute(delete(incident_task).where(mine)).rowcount == 1
    book = playbook_shelf.of_incident(connection, id_)
    step = book.step(task) if book else None
    if gone and step is not None and step.phase is Phase.CONTAIN:
        connection.execute(update(incident).where(incident.c.id == id_).values(contained_at=None))
    return gone


def _contained(connection: Connection, id_: int, book: Playbook, now: float) -> None:
    done = _done(connection, id_)
    steps = [one for one in book.steps if one.phase is Phase.CONTAIN]
    if steps and all(one.id in done for one in steps):
        mine = (incident.c.id == id_) & incident.c.contained_at.is_(None)
        connection.execute(update(incident).where(mine).values(contained_at=now))


def _done(connection: Connection, id_: int) -> Mapping[str, Done]:
    rows = connection.execute(select(incident_task).where(incident_task.c.incident == id_))
    return {
        row.task: Done(
            at=row.done_at,
            by=row.done_by,
            answer=row.answer,
            note=row.note,
            skipped=row.skipped,
        )
        for row in rows
    }
