"""Which person used which desk when: written as desks report, read by pseudonym."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    "SELECT device, id, person, last_at FROM desk_use AS one WHERE device {} AND id ="
    " (SELECT id FROM desk_use WHERE device = one.device ORDER BY last_at DESC, id DESC LIMIT 1)",
    desk_use.c.device,
)
_BEGINS = arrays.new(desk_use, "device", "person", "begun_at", "last_at")
_GOES_ON = arrays.change(desk_use, ["id"], "last_at")
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
class _Use:
    """A use while a batch is written; `id` is 0 until it is, `begun_at` is not read again."""

    id: int
    person: str
    last_at: float
    begun_at: float = 0.0

    def takes(self, one: Seen) -> bool:
        """Check whether it goes on with this."""
        return self.person == one.person and one.at - self.last_at <= GAP


@dataclass(slots=True)
class _Desk:
    """The uses of a desk while a batch is written; `ends` are those of all but the newest."""

    last: _Use | None = None
    ends: list[float] = field(default_factory=list)
    begun: list[_Use] = field(default_factory=list)

    def take(self, one: Seen) -> bool:
        """Have a use go on or begin; False when too many began within a day."""
        last = self.last
        if last is not None and last.takes(one):
            last.last_at = max(one.at, last.last_at)
            return True
        ends = self.ends if last is None else [*self.ends, last.last_at]
        if sum(end > one.at - DAY for end in ends) >= MOST_A_DAY:
            return False
        since = one.since if last is None else min(one.at, max(one.since, last.last_at))
        made = _Use(id=0, person=one.person, last_at=one.at, begun_at=since)
        self.begun.append(made)
        if last is None or one.at >= last.last_at:
            self.last, self.ends = made, ends
        else:
            self.ends.append(one.at)
        return True


def take_all(connection: Connection, batch: Sequence[Seen]) -> list[bool]:
    """Write down who is at which desk, in the order of the desks; tell of each whether it is.

    A desk that names more people in a day than can have sat there is not believed.
    """
    places = sorted(range(len(batch)), key=lambda at: (batch[at].device, batch[at].at))
    ordered = [batch[place] for place in places]
    newest = _last_uses(connection, ordered)
    were = {one.id: one.last_at for one in newest.values()}
    desks = _desks(connection, ordered, newest)
    done = {place: desks[batch[place].device].take(batch[place]) for place in places}
    later = [(one.last_at, one.id) for one in newest.values() if one.last_at != were[one.id]]
    arrays.say(connection, _GOES_ON, later)
    begun = [(id_, one.person, one.begun_at, one.last_at)
             for id_, desk in desks.items() for one in desk.begun]  # fmt: skip
    arrays.say(connection, _BEGINS, begun)
    _meet(connection, [batch[place] for place in places if done[place]])
    return [done[place] for place in range(len(batch))]


def _last_uses(connection: Connection, batch: Sequence[Seen]) -> dict[str, _Use]:
    """Return the newest use of each desk that has one."""
    rows = arrays.find(connection, _NEWEST, dict.fromkeys(one.device for one in batch))
    return {desk: _Use(id_, person_, last_at) for desk, id_, person_, last_at in rows}


def _desks(
    connection: Connection, batch: Sequence[Seen], newest: Mapping[str, _Use]
) -> dict[str, _Desk]:
    """Return the uses of the desks; those of a day are read where another one may begin."""
    desks = {one.device: _Desk(last=newest.get(one.device)) for one in batch}
    fresh = [one for one in batch
             if (last := newest.get(one.device)) is None or not last.takes(one)]  # fmt: skip
    if fresh:
        asked = select(desk_use.c.device, desk_use.c.last_at).where(
            desk_use.c.device.in_({one.device for one in fresh}),
            desk_use.c.last_at > min(one.at for one in fresh) - DAY,
            desk_use.c.id.not_in([one.id for one in newest.values()]),
        )
        for desk, last_at in connection.execute(asked):
            desks[desk].ends.append(last_at)
    return desks


def _meet(connection: Connection, taken: Sequence[Seen]) -> None:
    """Write down the people, by their ids: other processes may meet the same ones."""
    ordered = sorted(taken, key=lambda one: (one.person, one.at))
    newest = {one.person: one for one in ordered}
    oldest = {one.person: one.at for one in reversed(ordered)}
    rows = [(id_, one.sealed, oldest[id_], one.at) for id_, one in newest.items()]
    arrays.say(connection, _PERSON, rows)
    arrays.say(connection, _MET, [(one.at, id_) for id_, one in newest.items()])


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
