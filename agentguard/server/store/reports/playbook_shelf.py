"""The playbooks in the database: which is followed, and each as an incident began with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, false, select, update

from agentguard.server.playbooks import shelf
from agentguard.server.playbooks.playbook import Ask, Playbook, Step
from agentguard.server.playbooks.shelf import GENERAL
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.response_tables import incident_task, playbook_text
from agentguard.server.store.schema.tables import incident

_JSON = msgspec.json.Encoder()
_BOOK = Stored(Playbook)
DESK = "desk"
"""Who ticks a step that a guided response does."""


def use(connection: Connection, own: Iterable[Playbook]) -> None:
    """Follow these of a site from now on, and none that it had before."""
    connection.execute(update(playbook_text).values(own=false()))
    for one in own:
        digest = keep(connection, one)
        mine = playbook_text.c.digest == digest
        connection.execute(update(playbook_text).where(mine).values(own=True))


def every(connection: Connection) -> dict[str, Playbook]:
    """Return the playbooks that are followed, by their ids."""
    asked = select(playbook_text.c.body).where(playbook_text.c.own)
    own = tuple(_BOOK.decode(body) for body in connection.scalars(asked))
    return shelf.together(own)


def find(connection: Connection, id_: str) -> Playbook:
    """Return a playbook that is followed; the general one where there is none of this id."""
    known = every(connection)
    return known.get(id_) or known[GENERAL]


def for_report(connection: Connection, category: str) -> Playbook:
    """Return the playbook for what a person reports of this kind."""
    known = every(connection)
    fits = (one for one in reversed(known.values()) if category in one.reports)
    return next(fits, None) or known[GENERAL]


def for_check(connection: Connection, check: str) -> Playbook:
    """Return the playbook for a finding of a control."""
    known = every(connection)
    fits = (one for one in reversed(known.values()) if check in one.checks)
    return next(fits, None) or known[GENERAL]


def keep(connection: Connection, book: Playbook) -> str:
    """Keep a playbook as it is, once; give its digest."""
    body = _JSON.encode(book)
    digest = hashlib.sha256(body).hexdigest()
    values = {"digest": digest, "id": book.id, "body": body.decode()}
    known = select(playbook_text.c.digest).where(playbook_text.c.digest == digest)
    if connection.scalar(known) is None:
        made = upsert(connection, playbook_text).values(**values)
        connection.execute(made.on_conflict_do_nothing())
    return digest


def began(connection: Connection, book: Playbook, now: float) -> dict[str, Any]:
    """Return what an incident that begins now has of its playbook."""
    return {
        "playbook": book.id,
        "severity": book.severity.value,
        "restricted": book.restricted,
        "plan": keep(connection, book),
        "take_due": now + book.due.take,
        "contain_due": now + book.due.contain,
        "close_due": now + book.due.close,
    }


def followed(connection: Connection, plan: str, id_: str) -> Playbook:
    """Return an incident's playbook as it was when it began; else as it is now."""
    body = connection.scalar(select(playbook_text.c.body).where(playbook_text.c.digest == plan))
    return _BOOK.decode(body) if body else find(connection, id_)


def of_incident(connection: Connection, id_: int) -> Playbook | None:
    """Return the playbook of an incident; None when there is no such incident."""
    asked = select(incident.c.plan, incident.c.playbook).where(incident.c.id == id_)
    row = connection.execute(asked).first()
    return None if row is None else followed(connection, row.plan, row.playbook)


def tick_told(connection: Connection, id_: int, at: float, told: str, answer: str) -> None:
    """Tick the step that a desk has done in a guided response; the newest answer counts."""
    book = of_incident(connection, id_)
    step = next((one for one in book.steps if one.told == told), None) if book else None
    if step is None:
        return
    said = _answered(step, answer)
    values = {"done_at": at, "done_by": DESK, **said}
    made = upsert(connection, incident_task).values(incident=id_, task=step.id, **values)
    connection.execute(made.on_conflict_do_update(index_elements=("incident", "task"), set_=values))


def untick_told(connection: Connection, id_: int, _at: float, told: str, _answer: str) -> None:
    """Take back a step that a desk had done and that is to do again; a person's tick stays."""
    book = of_incident(connection, id_)
    mine = [one.id for one in book.steps if one.told == told] if book else []
    connection.execute(
        delete(incident_task).where(
            incident_task.c.incident == id_,
            incident_task.c.task.in_(mine),
            incident_task.c.done_by == DESK,
        )
    )


def _answered(step: Step, answer: str) -> dict[str, str]:
    if step.ask is Ask.YES_NO:
        return {"answer": answer[:20], "note": ""}
    return {"answer": "", "note": answer}
