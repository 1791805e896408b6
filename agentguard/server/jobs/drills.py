"""The endpoint's own drill: a made-up desk falls silent, and the sweep of all desks must miss it.

The desk is there within one part of a transaction, which is always taken back: no page, count,
record or listener ever meets it.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert, select

from agentguard.server.settings import Limits
from agentguard.server.store.engine import leadership
from agentguard.server.store.records import audit
from agentguard.server.store.reports import drills
from agentguard.server.store.schema.tables import device, team
from agentguard.server.tamper import kinds, sweep
from agentguard.server.tamper.sweep import Sweep

JOB, EVERY = "drill", 86400.0
"""The job's name, and the seconds between two runs."""
SILENT_DESK = "silent-desk"
ENDPOINT = "endpoint"


def run(connection: Connection, now: float, limits: Limits) -> bool | None:
    """Run it and write down how it went; one that failed is an incident. None: not possible yet."""
    noticed = is_missed(connection, now, limits)
    if noticed is None:
        return None
    act = "drill.passed" if noticed else "drill.failed"
    audit.note(connection, now, ENDPOINT, act, SILENT_DESK)
    if not noticed:
        drills.offer(connection, None, SILENT_DESK, now)
    return noticed


def is_missed(connection: Connection, now: float, limits: Limits) -> bool | None:
    """Check whether a desk that has been silent for too long is missed.

    None where there is no team yet, or where the endpoint itself has not listened for long enough.
    """
    since = leadership.noted(connection, sweep.SINCE)
    some = connection.scalar(select(team.c.id).order_by(team.c.id).limit(1))
    if some is None or since is None or now - since < limits.missing_after:
        return None
    made = secrets.token_hex(12)
    part = connection.begin_nested()
    try:
        connection.execute(
            insert(device).values(
                id=made,
                team=some,
                label="drill",
                system="drill",
                public_key=secrets.token_bytes(32),
                enrolled_at=now - limits.missing_after - 1,
            )
        )
        turns = Sweep(limits)(connection, now, now)
    finally:
        part.rollback()
    return any(one.device == made and one.kind is kinds.MISSING for one in turns)
