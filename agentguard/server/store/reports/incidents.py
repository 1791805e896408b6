"""Incidents that agents reported: taken up and closed by a person, with a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from agentguard.model.guided import OUT
from agentguard.model.incidents import read_number
from agentguard.server.store.accounts.people import Scope, Visitor
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.engine.times import lately
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.records import audit
from agentguard.server.store.reports import (
    incident_feed,
    incident_sight,
    incident_tasks,
    playbook_shelf,
)
from agentguard.server.store.reports.incident_sources import Source
from agentguard.server.store.schema.floor_tables import incident_step
from agentguard.server.store.schema.tables import device, incident, team
from agentguard.wire import v1

REPORTED, STEP = "incident.reported", "incident.step"
CARD_DATA = "card-data"
DESK = "desk-"
"""The kind of a step that a desk told begins so."""
LONGEST_NOTE = 4000
OPEN, TAKEN, CLOSED = "open", "taken", "closed"


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """What AgentGuard added to a report: counts, and the ids of the controls that failed."""

    findings: int = 0
    failing: tuple[str, ...] = ()
    passed: int = 0
    unknown: int = 0


_ATTACHED = Stored(Attached)
_PLAIN = (
    "playbook", "severity", "source", "about", "title", "opened_by", "restricted", "plan",
    "take_due", "contain_due", "close_due", "contained_at", "lessons", "verdict", "reopened_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident, as the queue shows it."""

    id: int
    device: str
    desk: str
    team: str
    category: str
    note: str
    reported_at: float
    state: str
    taken_by: str
    taken_at: float | None
    closed_by: str
    closed_at: float | None
    outcome: str
    number: str = ""
    place: str = ""
    ongoing: str = ""
    attached: Attached | None = None
    assigned_to: str = ""
    assigned_at: float | None = None
    playbook: str = ""
    severity: str = ""
    source: str = ""
    about: str = ""
    title: str = ""
    opened_by: str = ""
    restricted: bool = False
    plan: str = ""
    take_due: float | None = None
    contain_due: float | None = None
    close_due: float | None = None
    contained_at: float | None = None
    lessons: str = ""
    verdict: str = ""
    reopened_at: float | None = None

    @property
    def holder(self) -> str:
        """Who has it: who took it up, or to whom it was given after that; empty for nobody."""
        given = self.assigned_at is not None and self.assigned_at >= (self.taken_at or 0.0)
        return self.assigned_to if given else self.taken_by

    def due(self) -> float | None:
        """Return by when the next thing is to be done; None once it is closed."""
        if self.state == CLOSED:
            return None
        if self.state == OPEN:
            return self.take_due
        return self.contain_due if self.contained_at is None else self.close_due


def fold(connection: Connection, device_id: str, event: v1.Event, now: float) -> None:
    """Add an incident to the queue when the event reports one, and a step that a desk did.

    A desk's number stands there once: what is told again, in another epoch as well, adds nothing.
    """
    if event.kind == STEP:
        _fold_step(connection, device_id, event, now)
    if event.kind != REPORTED:
        return
    said = event.params
    category = str(said.get("category") or event.message)[:100]
    book = playbook_shelf.for_report(connection, category)
    source = Source.GUIDED if category == CARD_DATA else Source.PERSON
    connection.execute(
        upsert(connection, incident)
        .values(
            **playbook_shelf.began(connection, book, now),
            source=source.value,
            device=device_id,
            category=category,
            note=event.text[:LONGEST_NOTE],
            reported_at=lately(event.at, now),
            state=OPEN,
            number=read_number(str(said.get("id", ""))),
            place=str(said.get("where", ""))[:20],
            ongoing=str(said.get("ongoing", ""))[:10],
            attached=_attached(said),
        )
        .on_conflict_do_nothing()
    )


def _fold_step(connection: Connection, device_id: str, event: v1.Event, now: float) -> None:
    """Write down a step of a guided response; the same step is written once, its last answer."""
    number = read_number(str(event.params.get("id", "")))
    mine = (incident.c.device == device_id) & (incident.c.number == number)
    id_ = connection.scalar(select(incident.c.id).where(mine)) if number else None
    if id_ is None:
        return
    kind = f"{DESK}{event.params.get('step', '')}"[:20]
    text, at = str(event.params.get("answer", ""))[:100], lately(event.at, now)
    mine = (incident_step.c.incident == id_) & (incident_step.c.kind == kind)
    asked = (
        select(incident_step.c.text, incident_step.c.at).where(mine).order_by(incident_step.c.id)
    )
    if not _is_known([(row.text, row.at) for row in connection.execute(asked)], text, at):
        values = {"at": at, "by": "", "kind": kind, "text": text}
        connection.execute(insert(incident_step).values(incident=id_, **values))
        told = playbook_shelf.untick_told if text == OUT else playbook_shelf.tick_told
        told(connection, id_, at, kind.removeprefix(DESK), text)


def _is_known(written: Sequence[tuple[str, float]], text: str, at: float) -> bool:
    """Check whether a step was told before, by its earlier answers, the oldest first.

    A file can be held, leave the vault, and be held again: from then on the time counts as well.
    """
    if not any(known == OUT for known, _ in written):
        return any(known == text for known, _ in written)
    return written[-1][0] == text or (text, at) in written


def _attached(said: Mapping[str, str | int]) -> str:
    """Return what AgentGuard added to a report, as JSON; empty for an older agent's."""
    if "findings" not in said:
        return ""
    return msgspec.json.encode(
        Attached(
            findings=_count(said, "findings"),
            failing=tuple(filter(None, str(said.get("failing", "")).split(","))),
            passed=_count(said, "passed"),
            unknown=_count(said, "unknown"),
        )
    ).decode()


def _count(said: Mapping[str, str | int], name: str) -> int:
    value = said.get(name)
    return value if isinstance(value, int) else 0


def waiting_ones(connection: Connection) -> list[Incident]:
    """Return the incidents that are not closed, as they arrived, but those that few may see."""
    rows = connection.execute(
        select(incident, device.c.label, team.c.name)
        .outerjoin(device, device.c.id == incident.c.device)
        .outerjoin(team, team.c.id == device.c.team)
        .where(incident.c.state != CLOSED, ~incident.c.restricted)
        .order_by(incident.c.id)
    )
    return [told(row) for row in rows]


def told(row: Row[tuple[object, ...]]) -> Incident:
    """Return an incident of its row, beside the desk's `label` and the team's `name`."""
    return Incident(
        id=row.id,
        device=row.device or "",
        desk=row.label or "",
        team=row.name or "",
        category=row.category,
        note=row.note,
        reported_at=row.reported_at,
        state=row.state,
        taken_by=row.taken_by or "",
        taken_at=row.taken_at,
        closed_by=row.closed_by or "",
        closed_at=row.closed_at,
        outcome=row.outcome,
        number=row.number,
        place=row.place,
        ongoing=row.ongoing,
        attached=_ATTACHED.decode(row.attached) if row.attached else None,
        assigned_to=row.assigned_to or "",
        assigned_at=row.assigned_at,
        **{name: getattr(row, name) for name in _PLAIN},
    )


def waiting(connection: Connection, scope: Scope = None) -> int:
    """Count the incidents that are not closed, but those that only some may see."""
    may_see = incident_sight.within(scope, inside=False)
    count = select(func.count()).select_from(incident).where(incident.c.state != CLOSED, may_see)
    return int(connection.scalar(count) or 0)


def take_up(connection: Connection, id_: int, by: Visitor, now: float) -> bool:
    """Say that somebody cares for it; False when it was not open."""
    done = connection.execute(
        update(incident)
        .where(incident.c.id == id_, incident.c.state == OPEN, incident_sight.of(by))
        .values(state=TAKEN, taken_by=by.name, taken_at=now)
    )
    return _noted(connection, now, by, "taken", id_, done=done.rowcount == 1)


def close(connection: Connection, id_: int, by: Visitor, now: float, outcome: str) -> bool:
    """Close it with what was done.

    False when it was closed before, or a step that may not be left out is open.
    """
    if incident_tasks.lacking(connection, id_):
        return _noted(connection, now, by, "closed", id_, done=False)
    done = connection.execute(
        update(incident)
        .where(incident.c.id == id_, incident.c.state != CLOSED, incident_sight.of(by))
        .values(
            state=CLOSED,
            closed_by=by.name,
            closed_at=now,
            outcome=outcome,
            contained_at=func.coalesce(incident.c.contained_at, now),
        )
    )
    if done.rowcount == 1:
        _tell_closed(connection, id_, now)
    return _noted(connection, now, by, "closed", id_, done=done.rowcount == 1)


def _tell_closed(connection: Connection, id_: int, now: float) -> None:
    """Keep for the feeds that it is closed, unless only few may see it."""
    row = connection.execute(select(incident).where(incident.c.id == id_)).one()
    if not row.restricted:
        about = incident_feed.About(
            id=id_,
            device=row.device or "",
            kind=row.playbook,
            severity=row.severity,
            source=row.source,
            verdict=row.verdict,
        )
        incident_feed.tell(connection, about, "closed", now)


def assign(connection: Connection, id_: int, by: Visitor, now: float, to: str) -> bool:
    """Assign it to somebody, who cares for it from now on; False when it is closed or not seen."""
    done = connection.execute(
        update(incident)
        .where(incident.c.id == id_, incident.c.state != CLOSED, incident_sight.of(by))
        .values(state=TAKEN, assigned_to=to, assigned_at=now)
    )
    return _noted(connection, now, by, "assigned", id_, done=done.rowcount == 1)


def _noted(
    connection: Connection, now: float, by: Visitor, act: str, id_: int, *, done: bool
) -> bool:
    audit.note(connection, now, by.name, f"incident.{act if done else 'refused'}", str(id_))
    return done
