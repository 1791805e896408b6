"""Whose a person is: which teams' supervisors may act on a person's factors, codes and name.

What a desk says of its user is the word of that desk alone. What counts is what the endpoint has
seen for itself: one-time codes of that person, judged here, at desks of the team. Who has no app
yet is of a team whose desks report the person, as long as no desk of another team does. Anybody
else is for those who see every team. Decided in ADR 39.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from agentguard.server.keys import ServerKeys
from agentguard.server.roles import Scope
from agentguard.server.store.factors import one_time_codes
from agentguard.server.store.schema.people_tables import desk_use
from agentguard.server.store.schema.sign_in_tables import desk_person
from agentguard.server.store.schema.tables import device

SECONDS = 90 * 24 * 3600.0
"""For so long before the newest proof, or before now, a proof or a report still counts."""


def belongs(connection: Connection, keys: ServerKeys, scope: Scope, name: str, now: float) -> bool:
    """Check whether a person may be acted on by who sees the scope."""
    if scope is None:
        return True
    proved = proved_at(connection, (name,)).get(name)
    if proved:
        return bool(proved & scope)
    if one_time_codes.is_enrolled(connection, one_time_codes.DESK, name):
        return False
    told = _told_by(connection, keys.pseudonym(name), now)
    return bool(told) and told <= scope


def proved_at(connection: Connection, names: Collection[str]) -> dict[str, frozenset[int]]:
    """Return the teams at whose desks these people proved by a one-time code of late.

    That is up to the newest proof of each: who was away for long is still of the last team.
    """
    rows = connection.execute(
        select(desk_person.c.user, desk_person.c.at, device.c.team)
        .join(device, device.c.id == desk_person.c.device)
        .where(desk_person.c.user.in_(names))
    ).all()
    newest: dict[str, float] = {}
    for row in rows:
        newest[row.user] = max(row.at, newest.get(row.user, row.at))
    late = ((row.user, row.team) for row in rows if row.at > newest[row.user] - SECONDS)
    found: dict[str, set[int]] = {}
    for user, team in late:
        found.setdefault(user, set()).add(team)
    return {user: frozenset(teams) for user, teams in found.items()}


def is_seated(connection: Connection, name: str, desk: str, now: float) -> bool:
    """Check whether a person has proved at a desk by a one-time code of late."""
    asked = select(desk_person.c.at).where(
        desk_person.c.user == name,
        desk_person.c.device == desk,
        desk_person.c.at > now - SECONDS,
    )
    return connection.scalar(asked) is not None


def _told_by(connection: Connection, person: str, now: float) -> frozenset[int]:
    """Return the teams whose desks reported a person of late."""
    asked = (
        select(device.c.team)
        .join(desk_use, desk_use.c.device == device.c.id)
        .where(desk_use.c.person == person, desk_use.c.last_at > now - SECONDS)
    )
    return frozenset(connection.scalars(asked.distinct()))
