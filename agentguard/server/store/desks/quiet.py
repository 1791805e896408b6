"""Marks desks that are silent for long, so that floors need not find them again at each look.

Who is silent at a moment is told by last reports alone; a mark spares reading them. A desk's next
report takes it away (`migrations/versions/r0042_quiet.py`), so that counts are right in between.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from agentguard.server.store.schema.tables import device, device_seen

AFTER = 600.0
"""Seconds of silence after which a desk is marked; those who are silent for less are looked for."""
AT_ONCE = 10_000
"""Desks that one transaction marks, so that reports wait for no more than that."""


def mark(connection: Connection, now: float, silent_after: float) -> int:
    """Mark desks that were not heard of for long; return how many.

    A device's row is held, as by a report; one that somebody else holds is left for the next time.
    """
    seen = device_seen.c
    late = (
        select(seen.device)
        .join(device, device.c.id == seen.device)
        .where(~seen.quiet, seen.last_seen < now - max(AFTER, 2 * silent_after))
        .limit(AT_ONCE)
        .with_for_update(of=device, key_share=True, skip_locked=True)
    )
    ids = connection.scalars(late).all()
    for first in range(0, len(ids), 1000):
        some = seen.device.in_(ids[first : first + 1000])
        connection.execute(update(device_seen).where(some).values(quiet=True))
    return len(ids)
