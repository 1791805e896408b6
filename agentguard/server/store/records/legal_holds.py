"""Legal holds: what a court, an auditor or an inquiry needs is not deleted, however old it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from agentguard.server.store.records import audit
from agentguard.server.store.schema.history_tables import legal_hold
from agentguard.server.store.schema.tables import device, team

DEVICE, TEAM, PERSON = "device", "team", "person"
KINDS = (DEVICE, TEAM, PERSON)
LONGEST_REASON = 500


class _Folded(FunctionElement[str]):
    """A name as `str.casefold` gives it, in which the subject of a hold on a person stands."""

    type = String()
    inherit_cache = True


@compiles(_Folded)
def _fold(element: _Folded, compiler: SQLCompiler, **how: Any) -> str:
    """PostgreSQL's `lower` leaves the one letter that is two when it is folded."""
    return f"replace(lower({compiler.process(element.clauses, **how)}), 'ß', 'ss')"


@compiles(_Folded, "sqlite")
def _fold_on_sqlite(element: _Folded, compiler: SQLCompiler, **how: Any) -> str:
    return f"casefold({compiler.process(element.clauses, **how)})"


class HoldRefused(Exception):
    """It cannot be held; `kind` is `kind`, `subject` (there is none) or `reason` (none given)."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold; `subject` is a device's id, a team's name or a person's name."""

    id: int
    kind: str
    subject: str
    reason: str
    placed_by: str
    placed_at: float
    ended_by: str
    ended_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A hold that somebody wants."""

    kind: str
    subject: str
    reason: str


def place(connection: Connection, asked: Asked, by: str, now: float) -> int:
    """Place a hold; give its number.

    Raises:
        HoldRefused: what is to be held does not exist, or no reason is given.

    """
    subject, reason = asked.subject.strip(), asked.reason.strip()
    if asked.kind not in KINDS:
        raise HoldRefused("kind")
    if not reason or len(reason) > LONGEST_REASON:
        raise HoldRefused("reason")
    if asked.kind == PERSON:
        subject = subject.casefold()
    if not subject or not _there(connection, asked.kind, subject):
        raise HoldRefused("subject")
    values = {"kind": asked.kind, "subject": subject, "reason": reason}
    made = connection.execute(insert(legal_hold).values(**values, placed_by=by, placed_at=now))
    audit.note(connection, now, by, "hold.placed", f"{asked.kind} {subject}")
    key = made.inserted_primary_key
    return int(key[0]) if key else 0


def end(connection: Connection, id_: int, by: str, now: float) -> bool:
    """End a hold; False when there is none that still holds."""
    done = connection.execute(
        update(legal_hold)
        .where(legal_hold.c.id == id_, legal_hold.c.ended_at.is_(None))
        .values(ended_by=by, ended_at=now)
    )
    if done.rowcount:
        audit.note(connection, now, by, "hold.ended", str(id_))
    return done.rowcount == 1


def list_holds(connection: Connection, *, ended: bool = False) -> list[Hold]:
    """Return the holds, the newest first; with `ended` also those that hold no more."""
    asked = select(legal_hold).order_by(legal_hold.c.id.desc())
    if not ended:
        asked = asked.where(legal_hold.c.ended_at.is_(None))
    return [
        Hold(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            reason=row.reason,
            placed_by=row.placed_by,
            placed_at=row.placed_at,
            ended_by=row.ended_by or "",
            ended_at=row.ended_at,
        )
        for row in connection.execute(asked)
    ]


def of_device(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a row of this device is held, by the device or by its team."""
    in_team = (
        select(device.c.id)
        .join(team, team.c.id == device.c.team)
        .where(team.c.name.in_(_subjects(TEAM)))
    )
    return or_(column.in_(_subjects(DEVICE)), column.in_(in_team))


def of_person(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a row that names this person is held, however the name is written there."""
    return _Folded(func.coalesce(column, "")).in_(_subjects(PERSON))


def of_subject(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a row about something, by whatever name, is held."""
    names = select(legal_hold.c.subject).where(legal_hold.c.ended_at.is_(None))
    speaking = select("device:" + legal_hold.c.subject).where(
        legal_hold.c.ended_at.is_(None), legal_hold.c.kind == DEVICE
    )
    return or_(column.in_(names), column.in_(speaking), of_person(column))


def _subjects(kind: str) -> Select[tuple[str]]:
    return select(legal_hold.c.subject).where(
        legal_hold.c.kind == kind, legal_hold.c.ended_at.is_(None)
    )


def _there(connection: Connection, kind: str, subject: str) -> bool:
    """Check whether it exists; a person need not have an account, since names stand in records."""
    if kind == DEVICE:
        return connection.scalar(select(device.c.id).where(device.c.id == subject)) is not None
    if kind == TEAM:
        return connection.scalar(select(team.c.id).where(team.c.name == subject)) is not None
    return True
