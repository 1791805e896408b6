"""What lies behind a pseudonym: the name, for who gives a reason, and for minutes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from agentguard.server.keys import ServerKeys
from agentguard.server.store.factors import one_time_codes, presence
from agentguard.server.store.factors.one_time_codes import DESK
from agentguard.server.store.records import audit
from agentguard.server.store.schema.people_tables import person, person_opening

MOST = 50  # openings that are listed, the newest
SECONDS = 15 * 60
LONGEST_REASON = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """That somebody saw the name, and why."""

    by: str
    reason: str
    at: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """How the person proves presence: a one-time code's secret, and until when tries are locked."""

    totp: bool
    until: float


def name(connection: Connection, keys: ServerKeys, id_: str) -> str:
    """Return the name behind a pseudonym; empty when it is known no more.

    Raises:
        StoreError: it was sealed by another key.

    """
    sealed = connection.scalar(select(person.c.sealed).where(person.c.id == id_))
    return "" if sealed is None else keys.unseal(sealed)


def open_(connection: Connection, id_: str, by: str, reason: str, now: float) -> None:
    """Write down that somebody may see the name from now on, for minutes."""
    values = {"person": id_, "by": by, "reason": reason[:LONGEST_REASON]}
    connection.execute(insert(person_opening).values(**values, at=now, until=now + SECONDS))
    audit.note(connection, now, by, "person.opened", f"{id_} {reason}")


def is_open(connection: Connection, id_: str, by: str, now: float) -> bool:
    """Check whether somebody may see the name now."""
    asked = select(person_opening.c.id).where(
        person_opening.c.person == id_, person_opening.c.by == by, person_opening.c.until > now
    )
    return connection.scalar(asked.limit(1)) is not None


def list_openings(connection: Connection, id_: str) -> list[Opening]:
    """Return who saw the name, the newest first."""
    rows = connection.execute(
        select(person_opening)
        .where(person_opening.c.person == id_)
        .order_by(person_opening.c.at.desc())
        .limit(MOST)
    )
    return [Opening(by=r.by, reason=r.reason, at=r.at, until=r.until) for r in rows]


def factors_of(connection: Connection, owner: str, now: float) -> Factors:
    """Return how a person of this name proves presence."""
    until = presence.list_locked_people(connection, now).get(owner, 0.0)
    return Factors(totp=one_time_codes.is_enrolled(connection, DESK, owner), until=until)
