"""The recovery codes of console users."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select, update

from agentguard.server.store.schema.sign_in_tables import recovery_code


def put(connection: Connection, owner: str, salt: bytes, hashes: list[bytes]) -> None:
    """Keep a new set; the old one ends."""
    forget(connection, owner)
    connection.execute(
        insert(recovery_code), [{"owner": owner, "hash": one, "salt": salt} for one in hashes]
    )


def salt(connection: Connection, owner: str) -> bytes:
    """Return the salt of a person's set; empty without one."""
    asked = select(recovery_code.c.salt).where(recovery_code.c.owner == owner).limit(1)
    return connection.scalar(asked) or b""


def use(connection: Connection, owner: str, hashed: bytes, now: float) -> bool:
    """Use a code up; False when it is wrong or used."""
    same = (recovery_code.c.owner == owner, recovery_code.c.hash == hashed)
    marked = connection.execute(
        update(recovery_code).where(*same, recovery_code.c.used_at.is_(None)).values(used_at=now)
    )
    return marked.rowcount == 1


def left(connection: Connection, owner: str) -> int:
    """Count the codes that can still be used."""
    where = (recovery_code.c.owner == owner, recovery_code.c.used_at.is_(None))
    asked = select(func.count()).select_from(recovery_code).where(*where)
    return int(connection.scalar(asked) or 0)


def forget(connection: Connection, owner: str) -> None:
    """Take a person's codes away."""
    connection.execute(delete(recovery_code).where(recovery_code.c.owner == owner))
