"""Which person used which desk when: written as desks report, read by pseudonym."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    func,
    insert,
    select,
    text,
    true,
    update,
)

from agentguard.server.roles import Scope
from agentguard.server.store.schema.people_tables import desk_use, person
from agentguard.server.store.schema.tables import device, team

GAP = 3600.0
"""Seconds without a word of a desk after which the same person's next word begins another use."""
# In one statement: another process may meet the same person at the same time.
_PERSON = text("""
INSERT INTO person (id, sealed, first_at, last_at) VALUES (:id, :sealed, :at, :at)
ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at
WHERE excluded.last_at > person.last_at
""")
DAY = 86400.0
MOST_A_DAY = 100
"""Uses that a desk may begin in a day; it may be a stranger's program that names people."""
MOST = 200
"""Uses that are listed of one person or one desk, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A desk reported a person's session; `sealed` is the name for who opens the pseudonym.

    `since` is the time of the first thing that the report tells, at most GAP before `at`.
    """

    device: str
    person: str
    sealed: bytes
    since: float
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A span at a desk, with the desk's label and team."""

    person: str
    device: str
    label: str
    team: str
    begun_at: float
    last_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person: at how many desks, where last, and since when."""

    id: str
    desks: int
    device: str
    label: str
    team: str
    last_at: float


def take_all(connection: Connection, batch: Sequence[Seen]) -> list[bool]:
    """Write down who is at which desk, in the order of the desks; tell of each whether it is.

    A desk that names more people in a day than can have sat there is not believed.
    """
    done: dict[int, bool] = {}
    for place in sorted(range(len(batch)), key=lambda at: (batch[at].device, batch[at].at)):
        done[place] = _use(connection, batch[place])
    taken = [one for place, one in enumerate(batch) if done[place]]
    newest = {one.person: one for one in sorted(taken, key=lambda seen: (seen.person, seen.at))}
    for one in newest.values():
        _meet(connection, one)
    return [done[place] for place in range(len(batch))]


def _use(connection: Connection, one: Seen) -> bool:
    last = connection.execute(
        select(desk_use.c.id, desk_use.c.person, desk_use.c.last_at)
        .where(desk_use.c.device == one.device)
        .order_by(desk_use.c.last_at.desc(), desk_use.c.id.desc())
        .limit(1)
    ).first()
    goes_on = last is not None and last.person == one.person and one.at - last.last_at <= GAP
    if last is not None and goes_on:
        later = max(one.at, last.last_at)
        connection.execute(update(desk_use).where(desk_use.c.id == last.id).values(last_at=later))
        return True
    today = select(func.count()).where(
        desk_use.c.device == one.device, desk_use.c.last_at > one.at - DAY
    )
    if int(connection.scalar(today) or 0) >= MOST_A_DAY:
        return False
    values = {"device": one.device, "person": one.person, "last_at": one.at}
    begun = one.since if last is None else min(one.at, max(one.since, last.last_at))
    connection.execute(insert(desk_use).values(**values, begun_at=begun))
    return True


def _meet(connection: Connection, one: Seen) -> None:
    values = {"id": one.person, "sealed": one.sealed, "at": one.at}
    connection.execute(_PERSON, values)


def of_person(connection: Connection, id_: str, scope: Scope) -> list[Use]:
    """Return a person's uses of desks that may be seen, the newest first."""
    return _uses(connection, desk_use.c.person == id_, scope, MOST)


def of_desk(connection: Connection, id_: str, limit: int) -> list[Use]:
    """Return a desk's newest uses."""
    return _uses(connection, desk_use.c.device == id_, None, limit)


def _uses(
    connection: Connection, wanted: ColumnElement[bool], scope: Scope, limit: int
) -> list[Use]:
    asked = (
        select(desk_use, device.c.label, team.c.name)
        .join(device, device.c.id == desk_use.c.device)
        .join(team, team.c.id == device.c.team)
        .where(wanted)
        .order_by(desk_use.c.last_at.desc(), desk_use.c.id.desc())
        .limit(limit)
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    return [_told(row) for row in connection.execute(asked)]


def _told(row: Row[tuple[object, ...]]) -> Use:
    return Use(
        person=row.person,
        device=row.device,
        label=row.label,
        team=row.name,
        begun_at=row.begun_at,
        last_at=row.last_at,
    )


def count(connection: Connection, scope: Scope) -> int:
    """Count the people who used a desk that may be seen."""
    if scope is None:
        return int(connection.scalar(select(func.count()).select_from(person)) or 0)
    asked = select(func.count(desk_use.c.person.distinct())).where(_within(scope))
    return int(connection.scalar(asked) or 0)


def people(connection: Connection, scope: Scope, *, start: int, limit: int) -> list[Known]:
    """Return the people who used a desk that may be seen, the newest first.

    Who sees every team is given them by their own times: to sum up all uses would take seconds.
    """
    ids = list(connection.scalars(_newest(scope).offset(start).limit(limit)))
    of = (
        select(
            desk_use.c.person,
            func.count(desk_use.c.device.distinct()).label("desks"),
            func.max(desk_use.c.id).label("last"),
            func.max(desk_use.c.last_at).label("last_at"),
        )
        .where(desk_use.c.person.in_(ids), _within(scope))
        .group_by(desk_use.c.person)
        .subquery()
    )
    rows = connection.execute(
        select(of, desk_use.c.device, device.c.label, team.c.name)
        .join(desk_use, desk_use.c.id == of.c.last)
        .join(device, device.c.id == desk_use.c.device)
        .join(team, team.c.id == device.c.team)
    )
    found = {row.person: _known(row) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def _newest(scope: Scope) -> Select[tuple[str]]:
    if scope is None:
        return select(person.c.id).order_by(person.c.last_at.desc(), person.c.id)
    return (
        select(desk_use.c.person)
        .where(_within(scope))
        .group_by(desk_use.c.person)
        .order_by(func.max(desk_use.c.last_at).desc(), desk_use.c.person)
    )


def _within(scope: Scope) -> ColumnElement[bool]:
    if scope is None:
        return true()
    return desk_use.c.device.in_(select(device.c.id).where(device.c.team.in_(scope)))


def _known(row: Row[tuple[object, ...]]) -> Known:
    return Known(
        id=row.person,
        desks=row.desks,
        device=row.device,
        label=row.label,
        team=row.name,
        last_at=row.last_at,
    )
