"""Keeps which of the endpoint's own jobs fail, so that whoever runs it reads it everywhere.

What a job did is undone when it fails, so its failure is written down in a transaction of its own;
the transaction in which it is done the next time takes that away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from agentguard.server.store.schema.history_tables import job_failure

JOBS = (
    *("time", "months", "sweep", "refresh", "days", "tamper", "silent", "strangers"),
    *("feeds", "vendors", "plans", "audit-checkpoint", "retention", "software", "controls"),
    "evidence",
    "exceptions",
    "containment",
    "drill",
    "audit-check",
    "backup",
    "playbooks",
    "certificate",
    "attention",
    *("silence", "counts", "recount"),
)
"""Everything that the endpoint does by itself."""
REPEATED = 3
"""Failures in a row from which on a job is said to fail: one may be the moment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A job that fails: since when, how often in a row, and why as an id under `server.cause`."""

    name: str
    since: float
    count: int
    why: str


def note(connection: Connection, name: str, why: str, now: float) -> None:
    """Write down that a job has failed once more."""
    more = {"count": job_failure.c.count + 1, "why": why}
    done = connection.execute(update(job_failure).where(job_failure.c.name == name).values(**more))
    if not done.rowcount:
        connection.execute(insert(job_failure).values(name=name, since=now, count=1, why=why))


def done(connection: Connection, name: str) -> None:
    """Write down that a job was done."""
    connection.execute(delete(job_failure).where(job_failure.c.name == name))


def list_repeated(connection: Connection) -> Sequence[Failing]:
    """Return the jobs that fail again and again, by name."""
    return [one for one in all_of(connection) if one.count >= REPEATED]


def all_of(connection: Connection) -> Sequence[Failing]:
    """Return the jobs that failed when they were last tried, by name."""
    rows = connection.execute(select(job_failure).order_by(job_failure.c.name))
    return [Failing(name=r.name, since=r.since, count=r[2], why=r.why) for r in rows]
