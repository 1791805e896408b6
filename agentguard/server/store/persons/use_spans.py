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
    select,
    true,
)

from agentguard.server.roles import Scope
from agentguard.server.store.engine import arrays
from agentguard.server.store.schema.people_tables import desk_use, person
from agentguard.server.store.schema.tables import device, team

GAP = 3600.0
"""Seconds without a word of a desk after which the same person's next word begins another use."""
DAY = 86400.0
MOST_A_DAY = 100
"""Uses that a desk may begin in a day; it may be a stranger's program that names people."""
MOST = 200
"""Uses that are listed of one person or one desk, the newest."""


_NEWEST = arrays.look(
    "newest use",
    "SELECT id, device, person, begun_at, last_at FROM desk_use AS one WHERE device {} AND id ="
    " (SELECT id FROM desk_use WHERE device = one.device ORDER BY last_at DESC, id DESC LIMIT 1)",
    desk_use.c.device,
)
_OF_A_DAY = arrays.look(
    "uses of a day",
    "SELECT device, last_at FROM desk_use AS one WHERE device {} AND last_at >"
    " (SELECT max(last_at) - 86400 FROM desk_use WHERE device = one.device)",
    desk_use.c.device,
)
_BEGINS = arrays.new(desk_use, "device", "person", "begun_at", "last_at")
_GOES_ON = arrays.change(desk_use, ["id"], "last_at")
# Another process may meet the same person at the same time.
_PERSON = arrays.once(person, ["id"], "sealed", "first_at", "last_at")
_MET = arrays.change(person, ["id"], "last_at", only="old.last_at < {last_at}")


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


@dataclass(slots=True)
class _Last:
    """The newest use of a desk while a batch is written; `id` is 0 until it is."""

    id: int
    person: str
    begun_at: float
    last_at: float


@dataclass(slots=True)
class _Desk:
    """What is known of a desk's uses: the newest, when those of a day ended, and what changes."""

    last: _Last | None
    ends: list[float]
    changed: list[_Last]


def take_all(connection: Connection, batch: Sequence[Seen]) -> list[bool]:
    """Write down who is at which desk, in the order of the desks; tell of each whether it is.

    A desk that names more people in a day than can have sat there is not believed.
    """
    desks = _desks(connection, sorted({one.device for one in batch}))
    done: dict[int, bool] = {}
    for place in sorted(range(len(batch)), key=lambda at: (batch[at].device, batch[at].at)):
        done[place] = _use(desks[batch[place].device], batch[place])
    _write(connection, desks)
    taken = [one for place, one in enumerate(batch) if done[place]]
    taken.sort(key=lambda seen: (seen.person, seen.at))
    newest = {one.person: one for one in taken}
    oldest = {one.person: one for one in reversed(taken)}
    rows = [(id_, one.sealed, oldest[id_].at, one.at) for id_, one in newest.items()]
    arrays.say(connection, _PERSON, rows)
    arrays.say(connection, _MET, [(one.at, one.person) for one in newest.values()])
    return [done[place] for place in range(len(batch))]


def _desks(connection: Connection, ids: Sequence[str]) -> dict[str, _Desk]:
    newest, day = arrays.find_each(connection, (_NEWEST, ids), (_OF_A_DAY, ids))
    found = {id_: _Desk(None, [], []) for id_ in ids}
    for id_, desk, *use in newest:
        found[desk].last = _Last(id_, *use)
    for desk, last_at in day:
        found[desk].ends.append(last_at)
    return found


def _use(desk: _Desk, one: Seen) -> bool:
    last = desk.last
    if last is not None and last.person == one.person and one.at - last.last_at <= GAP:
        last.last_at = max(one.at, last.last_at)
        if not any(changed is last for changed in desk.changed):
            desk.changed.append(last)
        return True
    if sum(end > one.at - DAY for end in desk.ends) >= MOST_A_DAY:
        return False
    begun = one.since if last is None else min(one.at, max(one.since, last.last_at))
    made = _Last(0, one.person, begun, one.at)
    desk.changed.append(made)
    desk.ends.append(one.at)
    if last is None or one.at >= last.last_at:
        desk.last = made
    return True


def _write(connection: Connection, desks: dict[str, _Desk]) -> None:
    every = [(id_, one) for id_, desk in desks.items() for one in desk.changed]
    later = [(one.last_at, one.id) for _, one in every if one.id]
    arrays.say(connection, _GOES_ON, later)
    begun = [(id_, one.person, one.begun_at, one.last_at) for id_, one in every if not one.id]
    arrays.say(connection, _BEGINS, begun)


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
