"""The code with which the first administrator is made, once; kept as a hash."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, delete, insert, select, update

from agentguard.server.store.accounts.typed_codes import new_code
from agentguard.server.store.schema.sign_in_tables import setup_code

FIRST = ""
"""For whom the code is: nobody has a name yet."""
HOURS = 24


def make(connection: Connection, user: str, now: float) -> str:
    """Make a code of 80 bits for a person; an earlier one ends."""
    connection.execute(delete(setup_code).where(setup_code.c.user == user))
    code = new_code()
    connection.execute(
        insert(setup_code).values(hash=_hash(code), user=user, until=now + HOURS * 3600)
    )
    return code


def until(connection: Connection, user: str, now: float) -> float | None:
    """Return until when the code of a person counts; None when there is none to use up."""
    open_ = (setup_code.c.used_at.is_(None), setup_code.c.until > now)
    return connection.scalar(select(setup_code.c.until).where(setup_code.c.user == user, *open_))


def good(connection: Connection, code: str, user: str, now: float) -> bool:
    """Check whether a code could be used up."""
    same = (setup_code.c.hash == _hash(code), setup_code.c.user == user)
    open_ = (setup_code.c.used_at.is_(None), setup_code.c.until > now)
    return connection.scalar(select(setup_code.c.hash).where(*same, *open_)) is not None


def take(connection: Connection, code: str, user: str, now: float) -> bool:
    """Use a code up; False when it is wrong, used, late or for somebody else."""
    same = (setup_code.c.hash == _hash(code), setup_code.c.user == user)
    open_ = (setup_code.c.used_at.is_(None), setup_code.c.until > now)
    marked = connection.execute(update(setup_code).where(*same, *open_).values(used_at=now))
    return marked.rowcount == 1


def _hash(code: str) -> bytes:
    plain = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(plain.encode()).digest()
