"""How people at desks prove presence: who has what, who is locked, how often by what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from agentguard.server.store.accounts.people import Scope
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.factors import proof_limits, team_scope
from agentguard.server.store.factors.one_time_codes import DESK
from agentguard.server.store.schema.sign_in_tables import desk_person
from agentguard.server.store.schema.tables import device, event, lockout, team, totp
from agentguard.wire import v1

GIVEN = "proof.given"
RESISTANT = "passkey"
MOST = 20_000  # proofs that are counted, the newest
SHOWN = 300  # people that are listed
DAYS = 7
_EVENT = Stored(v1.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person with a factor; `desk` is where the last proof was, `until` the end of a lock."""

    name: str
    desk: str
    team: str
    at: float | None
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A desk at which nobody may try for a while."""

    device: str
    label: str
    until: float


def people(connection: Connection, scope: Scope, now: float, find: str = "") -> list[Person]:
    """Return the people who are of the scope by their proofs; without a scope all with a factor."""
    names = _names(connection, scope)
    wanted = sorted(name for name in names if find.casefold() in name.casefold())[:SHOWN]
    seats = _seats(connection, scope, wanted)
    locks = list_locked_people(connection, now)
    return [
        Person(
            name=name,
            desk=seats[name][0] if name in seats else "",
            team=seats[name][1] if name in seats else "",
            at=seats[name][2] if name in seats else None,
            until=locks.get(name, 0.0),
        )
        for name in wanted
    ]


def list_locked(connection: Connection, scope: Scope, now: float) -> list[Locked]:
    """Return the desks that are locked."""
    asked = (
        select(device.c.id, device.c.label, lockout.c.until)
        .join(lockout, lockout.c.key == "device:" + device.c.id)
        .where(lockout.c.until > now)
        .order_by(lockout.c.until.desc())
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    rows = connection.execute(asked)
    return [Locked(device=row.id, label=row.label, until=row.until) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The proofs of the last days by factor, how many people gave them, and how many by a key."""

    by_factor: Counter[str]
    people: int
    with_key: int


def proofs(connection: Connection, scope: Scope, now: float) -> Tally:
    """Count the proofs of the last days; people are counted by their pseudonyms."""
    asked = select(event.c.body).where(
        event.c.kind == GIVEN, event.c.received_at > now - DAYS * 24 * 3600
    )
    if scope is not None:
        asked = asked.join(device, device.c.id == event.c.device).where(device.c.team.in_(scope))
    bodies = connection.scalars(asked.order_by(event.c.received_at.desc()).limit(MOST))
    told = [_EVENT.decode(body).params for body in bodies]
    by_factor = Counter(str(one["factor"]) for one in told if one.get("factor"))
    by = {(one.get("person"), one.get("factor")) for one in told if one.get("person")}
    return Tally(
        by_factor=by_factor,
        people=len({person for person, _ in by}),
        with_key=len({person for person, factor in by if factor == RESISTANT}),
    )


def _names(connection: Connection, scope: Scope) -> set[str]:
    """Return who proved at desks of the scope of late; without a scope also who has a factor."""
    proved = select(desk_person.c.user).distinct()
    if scope is None:
        return {*connection.scalars(proved), *_owners(connection)}
    mine = select(device.c.id).where(device.c.team.in_(scope))
    names = set(connection.scalars(proved.where(desk_person.c.device.in_(mine))))
    teams = team_scope.proved_at(connection, names)
    return {name for name in names if teams.get(name, frozenset()) & scope}


def _seats(
    connection: Connection, scope: Scope, names: Collection[str]
) -> dict[str, tuple[str, str, float]]:
    """Return desk, team and time of the last proof of each of these."""
    asked = (
        select(desk_person.c.user, device.c.label, team.c.name, desk_person.c.at)
        .join(device, device.c.id == desk_person.c.device)
        .join(team, team.c.id == device.c.team)
        .where(desk_person.c.user.in_(names))
        .order_by(desk_person.c.at)
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    return {row.user: (row.label, row.name, row.at) for row in connection.execute(asked)}


def _owners(connection: Connection) -> set[str]:
    return set(connection.scalars(select(totp.c.owner).where(totp.c.realm == DESK)))


def list_locked_people(connection: Connection, now: float) -> dict[str, float]:
    """Return who must wait somewhere, and until when at most."""
    rows = connection.execute(select(lockout.c.key, lockout.c.until).where(lockout.c.until > now))
    found: dict[str, float] = {}
    for row in rows:
        kind, _, whose = row.key.partition(":")
        name = {proof_limits.USER.id: whose, proof_limits.SEATED.id: whose.partition(" ")[2]}.get(
            kind, ""
        )
        found[name] = max(row.until, found.get(name, 0.0))
    return found
