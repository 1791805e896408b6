"""The sessions of console users: listed, proved afresh and ended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from agentguard.server.settings import Limits
from agentguard.server.store.accounts.people import hash_of
from agentguard.server.store.schema.tables import session


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as it is listed; `id` is the hash of its token (hex), which opens nothing."""

    id: str
    begun_at: float
    seen_at: float
    how: str
    browser: str


def of(connection: Connection, name: str, now: float, limits: Limits) -> list[Session]:
    """Return a user's sessions that are not over, the newest first."""
    rows = connection.execute(
        select(session)
        .where(
            session.c.user == name,
            session.c.seen_at > now - limits.session_idle,
            session.c.begun_at > now - limits.session_total,
        )
        .order_by(session.c.begun_at.desc())
    )
    return [
        Session(
            id=row.hash.hex(),
            begun_at=row.begun_at,
            seen_at=row.seen_at,
            how=row.how,
            browser=row.browser,
        )
        for row in rows
    ]


def id_of(token: str) -> str:
    """Return the id under which a token's session is listed."""
    return hash_of(token).hex()


def proved(connection: Connection, token: str, now: float, how: str) -> None:
    """Write down that the person proved afresh who it is."""
    connection.execute(
        update(session).where(session.c.hash == hash_of(token)).values(proved_at=now, how=how)
    )


def carried_away(connection: Connection, token: str, browser: str) -> str:
    """Return whose session it is when it began in another browser; empty otherwise."""
    where = (session.c.hash == hash_of(token), session.c.browser != browser)
    return connection.scalar(select(session.c.user).where(*where)) or ""


def end_one(connection: Connection, name: str, id_: str) -> bool:
    """End one of a user's sessions; False when there is no such one."""
    try:
        known = bytes.fromhex(id_)
    except ValueError:
        return False
    ended = connection.execute(
        delete(session).where(session.c.hash == known, session.c.user == name)
    )
    return ended.rowcount > 0


def end_all(connection: Connection, name: str, *, but: str = "") -> int:
    """End all of a user's sessions but the one of the token `but`; give how many."""
    ended = connection.execute(
        delete(session).where(session.c.user == name, session.c.hash != hash_of(but))
    )
    return ended.rowcount
