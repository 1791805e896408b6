"""What people do about findings: who sees to one, by when, how it stands, and what was noted.

A finding that nobody touched has no row. `proved` is never a person's word: it follows when the
desk saw that what was said to be done is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, insert, select, update

from agentguard.server.roles import Scope
from agentguard.server.store.accounts.members import carers
from agentguard.server.store.desks.desk_status import severity
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.records import audit
from agentguard.server.store.schema.care_tables import finding_care, finding_note
from agentguard.server.store.schema.tables import device, finding, team

OPEN, WORKING, FALSE_ALARM, DONE, PROVED = "open", "working", "false-alarm", "done", "proved"
SETTABLE = (OPEN, WORKING, FALSE_ALARM, DONE)
EFFECTS = ("none", "policy")
"""What a false alarm changes: nothing of detection, or the rule is to be changed in the policy."""
LEAST_REASON = 20
LONGEST = 1000
MOST = 500
"""Findings that are changed at once."""
_HITS = msgspec.json.Decoder(list[dict[str, object]])


class Refused(Exception):
    """It cannot be done; `kind` is an id under `console.findings.refused`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be changed of findings; None leaves it as it is, `due` 0 takes the day away."""

    state: str | None = None
    assignee: str | None = None
    due: float | None = None
    note: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A note, or what was changed: `act` is `note` or the state."""

    at: float
    by: str
    act: str
    text: str


def change(
    connection: Connection, ids: Sequence[int], what: Change, by: str, scope: Scope, now: float
) -> int:
    """Change open findings that may be seen; give how many.

    Raises:
        Refused: there is nothing to change, no reason for a false alarm, too many at once, or
            whom they are given to may not care for them.

    """
    _judge(what, len(ids))
    rows = _seen(connection, ids, scope)
    if what.assignee:
        for place in {row.team_name for row in rows}:
            if what.assignee not in carers(connection, place):
                raise Refused("assignee")
    for row in rows:
        _put(connection, row, what, now)
        act = what.state or ("assigned" if what.assignee is not None else "note")
        values = {"finding": row.id, "at": now, "by": by, "act": act, "text": what.note[:LONGEST]}
        connection.execute(insert(finding_note).values(values))
        audit.note(connection, now, by, f"finding.{act}", str(row.id))
    return len(rows)


def closed(connection: Connection, ids: Sequence[int], at: float) -> None:
    """Prove what was said to be done: a desk saw that these findings are gone."""
    mine = finding_care.c.finding.in_(ids) & (finding_care.c.state == DONE)
    connection.execute(update(finding_care).where(mine).values(state=PROVED, proved_at=at, at=at))


def worse(connection: Connection, id_: int, how_bad: str, hits: str, now: float) -> None:
    """Open a finding again that is worse than what was judged to be a false alarm or done."""
    row = connection.execute(
        select(finding_care).where(
            finding_care.c.finding == id_, finding_care.c.state.in_((FALSE_ALARM, DONE))
        )
    ).first()
    if row is None:
        return
    more = severity(how_bad) < severity(row.severity) or _many(hits) > row.hits
    if not more:
        return
    mine = finding_care.c.finding == id_
    connection.execute(update(finding_care).where(mine).values(state=OPEN, effect="", at=now))
    values = {"finding": id_, "at": now, "by": "", "act": "worse", "text": ""}
    connection.execute(insert(finding_note).values(values))


def notes(connection: Connection, id_: int) -> list[Noted]:
    """Return what was noted of a finding, the oldest first."""
    asked = select(finding_note).where(finding_note.c.finding == id_).order_by(finding_note.c.id)
    return [
        Noted(at=row.at, by=row.by, act=row.act, text=row.text) for row in connection.execute(asked)
    ]


def _judge(what: Change, many: int) -> None:
    if what.state is not None and what.state not in SETTABLE:
        raise Refused("state")
    if what.state == FALSE_ALARM:
        if len(what.note.strip()) < LEAST_REASON:
            raise Refused("reason")
        if what.effect not in EFFECTS:
            raise Refused("effect")
    nothing = what.state is None and what.assignee is None and what.due is None
    if (nothing and not what.note.strip()) or not many:
        raise Refused("nothing")
    if many > MOST:
        raise Refused("many")


def _seen(connection: Connection, ids: Sequence[int], scope: Scope) -> Sequence[Row[Any]]:
    asked: Select[Any] = (
        select(finding.c.id, finding.c.severity, finding.c.hits, team.c.name.label("team_name"))
        .join(device, device.c.id == finding.c.device)
        .join(team, team.c.id == device.c.team)
        .where(finding.c.id.in_(ids), finding.c.closed_at.is_(None))
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    return connection.execute(asked.order_by(finding.c.id)).all()


def _put(connection: Connection, row: Row[Any], what: Change, now: float) -> None:
    values: dict[str, object] = {"at": now}
    if what.state is not None:
        values |= {
            "state": what.state,
            "effect": what.effect if what.state == FALSE_ALARM else "",
            "severity": row.severity,
            "hits": _many(row.hits),
        }
    if what.assignee is not None:
        values["assignee"] = what.assignee[:100]
    if what.due is not None:
        values["due_at"] = what.due or None
    connection.execute(
        upsert(connection, finding_care)
        .values(finding=row.id, **values)
        .on_conflict_do_update(index_elements=["finding"], set_=values)
    )


def _many(hits: str) -> int:
    """Count the hits of a finding, as they are stored."""
    try:
        told = _HITS.decode(hits)
    except msgspec.DecodeError:
        return 0
    counts = (one.get("count", 0) for one in told)
    return sum(one for one in counts if isinstance(one, int))
