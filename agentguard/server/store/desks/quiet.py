"""Marks desks whose last report is old, so that floors need not look through all for the silent.

Who is silent at a moment is told by last reports alone; a mark spares reading them. It is made some
time before a desk counts as silent, so that between two looks all that fall silent have theirs. A
desk's next report takes it away (`migrations/versions/r0043_counts.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from agentguard.server.store.engine import leadership
from agentguard.server.store.schema.tables import device, device_seen

KNOWN = "silence-known"
"""Under this name `job` has the moment before which no unmarked desk was heard of last.

Triggers see that it stays so, whatever times reports come with.
"""
EVERY = 20.0
"""Seconds between two looks."""
EARLY = 60.0
"""Seconds before its silence that a desk is marked at most; a third of the time if that is less."""
RETURN = 600.0
"""Seconds of silence after which desks are marked while all come back after a pause of ours."""
AT_ONCE = 10_000
"""Desks that one transaction marks, so that reports wait for no more than that."""
_SOME = 1000
_SEEN = device_seen.c


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks again and again for one process; times are in seconds."""

    silent_after: float
    _settled: float = 0.0

    def look(self, connection: Connection, now: float, last: float) -> bool:
        """Mark what is due; tell whether there is more. `last` is the look before, 0 for none.

        After a pause all desks seem silent until they are back, so that first only those that are
        silent for long are marked.
        """
        if last and now - last > self.silent_after:
            self._settled = now + self.silent_after
        after = self.silent_after - min(EARLY, self.silent_after / 3)
        if now < self._settled:
            after = max(after, RETURN)
        return mark(connection, now - after) == AT_ONCE


def mark(connection: Connection, before: float) -> int:
    """Mark desks that were not heard of since `before`, and note so; return how many.

    A device's row is held, as by a report; one that somebody else holds is left for the next time.
    """
    late = select(_SEEN.device, _SEEN.last_seen).where(~_SEEN.quiet, _SEEN.last_seen < before)
    rows = connection.execute(late.limit(AT_ONCE))
    found: dict[str, float] = {row.device: row.last_seen for row in rows}
    ids, held = sorted(found), set[str]()
    for first in range(0, len(ids), _SOME):
        some = device.c.id.in_(ids[first : first + _SOME])
        mine = select(device.c.id).where(some).with_for_update(key_share=True, skip_locked=True)
        held.update(connection.scalars(mine))
    _mark(connection, sorted(held), before)
    left = [at for id_, at in found.items() if id_ not in held]
    if len(found) == AT_ONCE:  # who knows what the others are
        left.append(known(connection))
    leadership.note(connection, KNOWN, min([before, *left]))
    return len(held)


def known(connection: Connection) -> float:
    """Return the moment before which every last report is one of a marked desk; 0 for never."""
    return leadership.noted(connection, KNOWN) or 0.0


def _mark(connection: Connection, ids: list[str], before: float) -> None:
    for first in range(0, len(ids), _SOME):
        some = _SEEN.device.in_(ids[first : first + _SOME])
        due = update(device_seen).where(some, _SEEN.last_seen < before, ~_SEEN.quiet)
        connection.execute(due.values(quiet=True))
