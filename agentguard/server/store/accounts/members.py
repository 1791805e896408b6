"""The console's users as their page lists and changes them; passwords and factors are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from agentguard.server.roles import ADMIN, BOUND, Right, may
from agentguard.server.store.accounts import sessions
from agentguard.server.store.schema.tables import session, team, user, user_team


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A console user; `teams` are the ids of what was given, `seen_at` is the newest visit.

    `language` is the user's own choice, empty for none.
    """

    name: str
    role: str
    disabled: bool
    made_at: float
    teams: frozenset[int]
    seen_at: float | None
    language: str = ""


def list_members(connection: Connection) -> list[Member]:
    """Return all users by name."""
    teams: dict[str, set[int]] = {}
    for row in connection.execute(select(user_team.c.user, user_team.c.team)):
        teams.setdefault(row.user, set()).add(row.team)
    newest = (
        select(session.c.user, func.max(session.c.seen_at).label("seen_at"))
        .group_by(session.c.user)
        .subquery()
    )
    rows = connection.execute(
        select(user, newest.c.seen_at)
        .outerjoin(newest, newest.c.user == user.c.name)
        .order_by(user.c.name)
    )
    return [
        Member(
            name=row.name,
            role=row.role,
            disabled=row.disabled,
            made_at=row.made_at,
            teams=frozenset(teams.get(row.name, ())),
            seen_at=row.seen_at,
            language=row.language,
        )
        for row in rows
    ]


def names(connection: Connection) -> list[str]:
    """Return who may care for what happens somewhere, by name."""
    able = (one for one in list_members(connection) if not one.disabled)
    return [one.name for one in able if may(one.role, Right.CARE)]


def carers(connection: Connection, of_team: str) -> tuple[str, ...]:
    """Return who may care for what happens in a team, by name: those with the right who see it.

    What is of no team is cared for by those who see every team.
    """
    given = (
        select(user_team.c.user)
        .join(team, team.c.id == user_team.c.team)
        .where(team.c.name == of_team)
    )
    theirs = frozenset(connection.scalars(given))
    return tuple(
        one.name
        for one in connection.execute(
            select(user.c.name, user.c.role).where(~user.c.disabled).order_by(user.c.name)
        )
        if may(one.role, Right.CARE) and (one.role not in BOUND or one.name in theirs)
    )


def every_carer(connection: Connection) -> dict[str, frozenset[str] | None]:
    """Return who may care for what happens, each with the names of the teams; None for all."""
    asked = (
        select(user.c.name, user.c.role, team.c.name.label("team"))
        .outerjoin(user_team, user_team.c.user == user.c.name)
        .outerjoin(team, team.c.id == user_team.c.team)
        .where(~user.c.disabled)
    )
    found: dict[str, frozenset[str] | None] = {}
    for row in connection.execute(asked):
        if row.role not in BOUND and may(row.role, Right.CARE):
            found[row.name] = None
        elif may(row.role, Right.CARE):
            found[row.name] = (found.get(row.name) or frozenset()) | {row.team}
    return found


def with_right(connection: Connection, right: Right) -> tuple[str, ...]:
    """Return who has a right, by name."""
    asked = select(user.c.name, user.c.role).where(~user.c.disabled).order_by(user.c.name)
    return tuple(one.name for one in connection.execute(asked) if may(one.role, right))


def add(connection: Connection, name: str, password: str, role: str, now: float) -> bool:
    """Add a user by the hash of a first password; False when there is one of the name."""
    if connection.scalar(select(user.c.name).where(user.c.name == name)) is not None:
        return False
    values = {"password": password, "role": role, "disabled": False, "made_at": now}
    connection.execute(insert(user).values(name=name, **values))
    return True


def change(connection: Connection, name: str, role: str, teams: Sequence[int]) -> bool:
    """Change a user's role and teams, which ends the sessions.

    False when there is no such user, or it is the last administrator who can sign in.
    """
    if role != ADMIN and _is_last(connection, name):
        return False
    changed = connection.execute(update(user).where(user.c.name == name).values(role=role))
    if changed.rowcount == 0:
        return False
    known = connection.scalars(select(team.c.id).where(team.c.id.in_(teams))).all()
    connection.execute(delete(user_team).where(user_team.c.user == name))
    if known:
        connection.execute(insert(user_team), [{"user": name, "team": one} for one in known])
    sessions.end_all(connection, name)
    return True


def disable(connection: Connection, name: str, *, disabled: bool) -> bool:
    """Let a user in no more, or again.

    False when there is no such user, or it is the last administrator who can sign in.
    """
    if disabled and _is_last(connection, name):
        return False
    done = connection.execute(update(user).where(user.c.name == name).values(disabled=disabled))
    sessions.end_all(connection, name)
    return done.rowcount == 1


def _is_last(connection: Connection, name: str) -> bool:
    able = connection.scalars(
        select(user.c.name).where(user.c.role == ADMIN, user.c.disabled.is_(False))
    )
    return list(able) == [name]
