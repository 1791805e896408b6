"""What desks said when they fell silent: `asleep` or `stopped`, of the newest run of the agent.

It counts for `HOLDS` seconds: a desk that never wakes may be lost, and is missed from then on.
"""

from __future__ import annotations

from sqlalchemy import ScalarSelect, select

from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.tables import device

HOLDS = 30 * 24 * 3600
"""Seconds for which nobody misses a desk that said goodbye.

So long Microsoft Intune takes a desk that is not heard of for compliant unless it is told otherwise
("compliance status validity period", https://learn.microsoft.com/mem/intune/protect/).
"""
_RUN = device_run.c


def said() -> ScalarSelect[str]:
    """Return the goodbye of the device of the query around this.

    Empty or NULL when it said none.
    """
    return (
        select(_RUN.goodbye)
        .where(_RUN.device == device.c.id)
        .order_by(_RUN.begun_at.desc())
        .limit(1)
        .correlate(device)
        .scalar_subquery()
    )


def counts(goodbye: str, at: float, cutoff: float) -> bool:
    """Check whether one was said that counts, so that nobody misses the desk.

    `cutoff` is the wall time before which the last report is too old to prove anything.
    """
    return bool(goodbye) and at >= cutoff - HOLDS
