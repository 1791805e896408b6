"""Console users and their sessions; a session is known by the hash of its token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from agentguard.server.roles import ADMIN, BOUND, ROLES, Scope
from agentguard.server.settings import Limits
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.schema.tables import session, user, user_team

__all__ = ["ADMIN", "ROLES", "Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A console user; `password` is an Argon2id hash."""

    name: str
    password: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is signed in, by which session token; `scope` is what may be seen.

    `proved_at` is when the person last proved who it is, `how` by what: `totp`, `passkey`,
    `recovery` or `sso`. `language` and `zone` are the person's own choices, empty for none.
    """

    name: str
    role: str
    token: str
    scope: Scope
    proved_at: float = 0.0
    how: str = ""
    language: str = ""
    zone: str = ""


def put(connection: Connection, name: str, password: str, role: str, now: float) -> None:
    """Add a user, or give an existing one a new password and role and end its sessions."""
    values = {"password": password, "role": role, "disabled": False}
    changed = connection.execute(update(user).where(user.c.name == name).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(user).values(name=name, made_at=now, **values))
    connection.execute(delete(session).where(session.c.user == name))


def set_password(connection: Connection, name: str, hashed: str) -> None:
    """Give a user a new password."""
    connection.execute(update(user).where(user.c.name == name).values(password=hashed))


def put_language(connection: Connection, name: str, language: str) -> None:
    """Keep the language that a user chose, or none: as the browser asks."""
    connection.execute(update(user).where(user.c.name == name).values(language=language))


def put_zone(connection: Connection, name: str, zone: str) -> None:
    """Keep the clock that a user chose, or none: as the browser tells."""
    connection.execute(update(user).where(user.c.name == name).values(zone=zone))


def put_teams(connection: Connection, name: str, teams: Sequence[str]) -> None:
    """Say which teams a user sees."""
    connection.execute(delete(user_team).where(user_team.c.user == name))
    ids = sorted({team_id(connection, one) for one in teams})
    if ids:
        connection.execute(insert(user_team), [{"user": name, "team": one} for one in ids])


def account(connection: Connection, name: str) -> Account | None:
    """Return a user who may sign in."""
    row = connection.execute(
        select(user).where(user.c.name == name, user.c.disabled.is_(False))
    ).first()
    if row is None:
        return None
    return Account(name=row.name, password=row.password, role=row.role)


def alone(connection: Connection, name: str) -> None:
    """Have nobody else change what is this user's until the transaction ends."""
    connection.execute(select(user.c.name).where(user.c.name == name).with_for_update())


def count(connection: Connection) -> int:
    """Count the users."""
    return int(connection.scalar(select(func.count()).select_from(user)) or 0)


def begin(
    connection: Connection,
    name: str,
    now: float,
    limits: Limits,
    *,
    how: str = "",
    browser: str = "",
) -> str:
    """Begin a session and give its token; sessions that are over are swept away."""
    connection.execute(
        delete(session).where(
            (session.c.seen_at < now - limits.session_idle)
            | (session.c.begun_at < now - limits.session_total)
        )
    )
    token = secrets.token_urlsafe(32)
    values = {"user": name, "begun_at": now, "seen_at": now, "proved_at": now}
    connection.execute(
        insert(session).values(hash=hash_of(token), how=how, browser=browser, **values)
    )
    return token


def visitor(
    connection: Connection, token: str, now: float, limits: Limits, *, browser: str = ""
) -> tuple[Visitor, bool] | None:
    """Return who is signed in, and whether the visit is worth writing down; None for nobody.

    A session that began in another browser was carried away, and opens nothing here.
    """
    row = connection.execute(
        select(session, user.c.role, user.c.language, user.c.zone)
        .join(user)
        .where(session.c.hash == hash_of(token), user.c.disabled.is_(False))
    ).first()
    if row is None or row.browser != browser:
        return None
    if now - row.seen_at >= limits.session_idle or now - row.begun_at >= limits.session_total:
        return None
    stale = now - row.seen_at >= limits.session_idle / 15
    scope = _scope(connection, row.user) if row.role in BOUND else None
    known = Visitor(
        name=row.user,
        role=row.role,
        token=token,
        scope=scope,
        proved_at=row.proved_at,
        how=row.how,
        language=row.language,
        zone=row.zone,
    )
    return known, stale


def _scope(connection: Connection, name: str) -> Scope:
    ids = connection.scalars(select(user_team.c.team).where(user_team.c.user == name))
    return frozenset(ids)


def touch(connection: Connection, token: str, now: float) -> None:
    """Write down that the session was used."""
    connection.execute(update(session).where(session.c.hash == hash_of(token)).values(seen_at=now))


def end(connection: Connection, token: str) -> None:
    """End a session."""
    connection.execute(delete(session).where(session.c.hash == hash_of(token)))


def hash_of(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
