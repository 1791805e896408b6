"""Opens an incident from a finding, a sign of tampering, a failed drill, or by hand."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from agentguard.server.playbooks.shelf import GENERAL
from agentguard.server.store.records import audit
from agentguard.server.store.reports import incident_feed, playbook_shelf
from agentguard.server.store.reports.incident_sources import Source
from agentguard.server.store.reports.incidents import CLOSED, LONGEST_NOTE, OPEN
from agentguard.server.store.schema.tables import incident

LONGEST_ABOUT, LONGEST_TITLE = 250, 200
ENDPOINT = "endpoint"
"""Who opens an incident where no person does, and where one is that is about no desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What an incident begins with.

    `about` names what it is from, such as `finding:17` or `drill:killed-agent`: while an incident
    about it is open there is no second one. `device` is None where it is about no desk. `playbook`
    and `severity` are ids; an empty severity is the playbook's.
    """

    source: Source
    about: str = ""
    device: str | None = None
    playbook: str = GENERAL
    severity: str = ""
    title: str = ""
    note: str = ""
    by: str = ENDPOINT


def open_incident(connection: Connection, one: Opening, now: float, *, told: bool = True) -> int:
    """Open an incident and give its number; that of the open one where there is one about the same.

    With `told` it is kept for the feeds, unless only few may see it.
    """
    about = one.about[:LONGEST_ABOUT]
    known = about_the_same(connection, one.source, about)
    if known is not None:
        return known
    book = playbook_shelf.find(connection, one.playbook)
    began = playbook_shelf.began(connection, book, now)
    made = connection.execute(
        insert(incident).values(
            **{**began, "severity": one.severity or began["severity"]},
            device=one.device,
            category=book.id,
            note=one.note[:LONGEST_NOTE],
            title=(one.title or book.title)[:LONGEST_TITLE],
            reported_at=now,
            state=OPEN,
            source=one.source.value,
            about=about,
            opened_by=one.by,
        )
    )
    key = made.inserted_primary_key
    id_ = int(key[0]) if key is not None else 0
    audit.note(connection, now, one.by, "incident.opened", str(id_))
    if told and not book.restricted:
        about_it = incident_feed.About(
            id=id_,
            device=one.device or "",
            kind=book.id,
            severity=one.severity or book.severity,
            source=one.source.value,
        )
        incident_feed.tell(connection, about_it, "opened", now)
    return id_


def about_the_same(connection: Connection, source: Source, about: str) -> int | None:
    """Return the open incident about something; None when there is none."""
    if not about:
        return None
    asked = select(incident.c.id).where(
        incident.c.source == source.value, incident.c.about == about, incident.c.state != CLOSED
    )
    return connection.scalar(asked)
