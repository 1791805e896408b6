"""Sees that a job is done once in its time, whichever of the endpoint's processes does it."""

from __future__ import annotations

import zlib

from sqlalchemy import Connection, func, insert, select, update

from agentguard.server.store.schema.history_tables import job

BACKUP_CHECKED = "backup-checked"
"""Under this name it is noted when a backup was last read through and found whole."""

RESTORED = "restored-from"
"""Under this name it is noted when the backup was made from which the data was restored."""


def due(connection: Connection, name: str, every: float, now: float) -> float | None:
    """Take a job that was not done for `every` seconds; give when it was done last, 0 for never.

    None means that it is not yet time, or that another process does it. The job must be done in
    the transaction of `connection`: when that fails, it is as if it had not been taken.
    """
    if not mine(connection, name):
        return None
    last = noted(connection, name)
    if last is None:
        connection.execute(insert(job).values(name=name, ran_at=now))
        return 0.0
    if 0 <= now - last < every:
        return None
    connection.execute(update(job).where(job.c.name == name).values(ran_at=now))
    return last


def noted(connection: Connection, name: str) -> float | None:
    """Return a moment that a job has noted for whichever process does it next; None without one."""
    return connection.scalar(select(job.c.ran_at).where(job.c.name == name))


def note(connection: Connection, name: str, at: float) -> None:
    """Note a moment under a name that no job has; only in the transaction of a job that is due."""
    done = connection.execute(update(job).where(job.c.name == name).values(ran_at=at))
    if not done.rowcount:
        connection.execute(insert(job).values(name=name, ran_at=at))


def mine(connection: Connection, name: str) -> bool:
    """Lock the job until the transaction ends; SQLite lets only one write anyway.

    False means that another process does it.
    """
    if connection.dialect.name != "postgresql":
        return True
    key = zlib.crc32(f"agentguard job {name}".encode())
    return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(key))))
