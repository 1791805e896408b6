"""What lives for minutes: sign-ins that wait for their second factor, and passkeys' challenges."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, delete, insert, select, text

from agentguard.server.store.accounts.people import hash_of
from agentguard.server.store.schema.sign_in_tables import challenge, sign_in_step

_BURN = text(
    "INSERT INTO challenge (value, owner, until) VALUES (:value, :owner, :until) "
    "ON CONFLICT (value) DO NOTHING"
)
MINUTES = 10 * 60  # seconds; a person looks for the telephone first


def begin(connection: Connection, user: str, now: float) -> str:
    """Begin a sign-in whose password was right; give its token."""
    connection.execute(delete(sign_in_step).where(sign_in_step.c.until <= now))
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(sign_in_step).values(hash=hash_of(token), user=user, until=now + MINUTES)
    )
    return token


def whose(connection: Connection, token: str, now: float) -> str:
    """Return the user whose sign-in waits; empty for none."""
    where = (sign_in_step.c.hash == hash_of(token), sign_in_step.c.until > now)
    return connection.scalar(select(sign_in_step.c.user).where(*where)) or ""


def end(connection: Connection, token: str) -> bool:
    """End a waiting sign-in; False when it was ended before, by a second request say."""
    ended = connection.execute(delete(sign_in_step).where(sign_in_step.c.hash == hash_of(token)))
    return ended.rowcount == 1


def ask(connection: Connection, owner: str, now: float) -> bytes:
    """Return a new challenge for a passkey; `owner` says for whom and what for."""
    connection.execute(delete(challenge).where(challenge.c.until <= now))
    value = secrets.token_bytes(32)
    connection.execute(insert(challenge).values(value=value, owner=owner, until=now + MINUTES))
    return value


def burn(connection: Connection, value: bytes, until: float, now: float) -> bool:
    """Use a challenge up that was given to nobody in particular; False when it was used before."""
    connection.execute(delete(challenge).where(challenge.c.until <= now))
    once = {"value": value, "owner": "", "until": until}
    return connection.execute(_BURN, once).rowcount == 1


def take(connection: Connection, value: bytes, owner: str, now: float) -> bool:
    """Use a challenge up; False when it is unknown, used, late or somebody else's."""
    where = (challenge.c.value == value, challenge.c.owner == owner, challenge.c.until > now)
    return connection.execute(delete(challenge).where(*where)).rowcount == 1
