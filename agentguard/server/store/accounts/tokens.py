"""Tokens of other systems: each reads some kinds of some teams until a day, or until it is ended.

A token is drawn here, shown once and kept as its hash.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from agentguard.server.roles import Scope
from agentguard.server.store.schema.token_tables import read_token

PREFIX = "agr_"
"""By this a token that leaked is found in files."""
BYTES = 32
VERDICTS, DESKS, FINDINGS = "verdicts", "desks", "findings"
KINDS = (VERDICTS, DESKS, FINDINGS)
DAYS = (1, 30, 90, 365)
"""Days for which a token may be made."""
LATELY = 60.0
"""Being used is written down once in so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it is listed; `teams` are the ids that it reads, None for all."""

    id: int
    name: str
    kinds: tuple[str, ...]
    teams: Scope
    made_by: str
    made_at: float
    until: float
    seen_at: float | None
    ended_by: str
    ended_at: float | None

    def counts(self, now: float) -> bool:
        """Check whether it opens anything now."""
        return self.ended_at is None and now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a token is to read, and for how long; `teams` are their ids, None for all."""

    name: str
    kinds: Collection[str]
    teams: Collection[int] | None
    days: int


def make(connection: Connection, wish: Wish, by: str, now: float) -> str:
    """Make a token and give it, for the only time."""
    token = PREFIX + secrets.token_urlsafe(BYTES)
    values = {
        "name": wish.name,
        "hash": hash_of(token),
        "kinds": " ".join(kind for kind in KINDS if kind in wish.kinds),
        "every_team": wish.teams is None,
        "teams": " ".join(map(str, sorted(wish.teams or ()))),
        "made_by": by,
        "made_at": now,
        "until": now + wish.days * 86400.0,
    }
    connection.execute(insert(read_token).values(**values))
    return token


def list_tokens(connection: Connection) -> Sequence[Token]:
    """Return every token, the newest first."""
    rows = connection.execute(select(read_token).order_by(read_token.c.id.desc())).all()
    return [_token(row) for row in rows]


def end(connection: Connection, number: int, by: str, now: float) -> str | None:
    """End a token and give its name; None when there is none that is not ended."""
    where = (read_token.c.id == number, read_token.c.ended_at.is_(None))
    name: str | None = connection.scalar(select(read_token.c.name).where(*where))
    if name is not None:
        connection.execute(update(read_token).where(*where).values(ended_by=by, ended_at=now))
    return name


def find(connection: Connection, given: str, now: float) -> Token | None:
    """Return the token with this value, if it counts."""
    row = connection.execute(select(read_token).where(read_token.c.hash == hash_of(given))).first()
    found = _token(row) if row is not None else None
    return found if found is not None and found.counts(now) else None


def note_seen(connection: Connection, number: int, now: float) -> None:
    """Write down that a token is used."""
    connection.execute(update(read_token).where(read_token.c.id == number).values(seen_at=now))


def hash_of(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        kinds=tuple(row.kinds.split()),
        teams=None if row.every_team else frozenset(map(int, row.teams.split())),
        made_by=row.made_by,
        made_at=row.made_at,
        until=row.until,
        seen_at=row.seen_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )
