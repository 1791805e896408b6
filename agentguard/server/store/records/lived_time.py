"""The endpoint's time that was lived through: what is old is judged by it, and by no leap.

The wall clock is believed as far as one of the processes saw the time go by, and at once where a
desk that reports now has a clock of its own that shows the same. What was kept while the wall clock
was behind has stamps that are too early: it stays until that time is as long ago as its age.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from agentguard.model.lived_time import BACK, LONGEST_OFF
from agentguard.server.store.engine import leadership
from agentguard.server.store.records import audit
from agentguard.server.store.schema.history_tables import job
from agentguard.server.store.schema.tables import device_seen

EVERY = 60.0
"""Seconds until a process that saw nobody go on with the record goes on itself."""
SET = 60.0
"""Seconds by which the wall clock may go ahead of what was lived between two looks."""
LATELY = 600.0
"""Seconds since a desk's report that tells the time."""
AGREE = 120.0
"""Seconds by which a desk's clock and the endpoint's may differ and still agree."""
NAMES = ("shown", "lived", "open", "behind", "right")
JOB = "time"
ACTOR, ACT = "endpoint", "clock.leapt"
"""Whose act it is in the audit log that the clock cannot be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The wall time that was `shown` last, and the earliest that it can be by what was `lived`.

    What is stamped under a clock that nobody confirmed may be stamped too early. `open` is the wall
    time since which it runs on unconfirmed, 0 when it is confirmed. When it is set once more before
    it is, what it showed was wrong for a while: `behind` is the earliest of that, 0 for never, and
    `right` what was lived when another clock agreed again, 0 until then.
    """

    shown: float
    lived: float
    open: float = 0.0
    behind: float = 0.0
    right: float = 0.0

    def edge(self, now: float, seconds: float) -> float:
        """Give the wall time before which everything is surely that many seconds old."""
        edges = [min(now, self.lived) - seconds]
        if self.open:
            edges.append(self.open)
        if self.behind and (not self.right or self.lived - self.right < seconds):
            edges.append(self.behind)
        return min(edges)

    def looked(self, now: float, passed: float) -> Known:
        """Give what is known after a look, `passed` seconds after the one before."""
        moved = now - self.shown
        lived = self.lived + (passed if moved < 0 else min(moved, passed))
        after = replace(self, shown=now, lived=lived)
        if -SET <= moved <= passed + SET:
            return after
        if not self.open:
            return replace(after, open=now)
        behind = min(self.behind or now, self.open, now)
        return replace(after, open=now, behind=behind, right=0.0)

    def confirmed(self, now: float) -> Known:
        """Give what is known when another clock shows the same time."""
        right = self.right or now if self.behind else 0.0
        return replace(self, lived=now, open=0.0, right=right)


def known(connection: Connection, now: float) -> Known:
    """Give what is known; of an endpoint that never wrote it down, by when it last did anything."""
    found = [leadership.noted(connection, f"{JOB}.{name}") for name in NAMES]
    shown, lived, open_, behind, right = (each or 0.0 for each in found)
    if not shown:
        newest = connection.scalar(select(func.max(job.c.ran_at).filter(job.c.name != JOB)))
        return Known(shown=now, lived=min(now, newest or now))
    return Known(shown=shown, lived=lived, open=open_, behind=behind, right=right)


class Looks:
    """One process's looks at the time; `look` is to be called every few seconds.

    Of several processes one goes on with the record: who sees that it stands still goes on itself,
    by no more than it saw.
    """

    def __init__(self) -> None:
        self._seen: tuple[float, float] | None = None

    def look(self, connection: Connection, now: float, boot: float) -> Known:
        """Look at the clocks; `boot` goes on whatever the wall clock does (seconds)."""
        found = known(connection, now)
        if self._seen is None or self._seen[0] != found.shown:
            self._seen = (found.shown, boot)
        if boot - self._seen[1] < EVERY and leadership.noted(connection, f"{JOB}.shown"):
            return found
        if not leadership.mine(connection, JOB):
            return found
        passed = boot - self._seen[1]
        moved = now - found.shown - passed
        found = found.looked(now, passed)
        if moved < -BACK or moved > LONGEST_OFF:
            audit.note(connection, now, ACTOR, ACT, f"{moved / 3600:+.0f} h")
        if _agreed(connection, now):
            found = found.confirmed(now)
        for name in NAMES:
            leadership.note(connection, f"{JOB}.{name}", getattr(found, name))
        self._seen = (found.shown, boot)
        return found


def _agreed(connection: Connection, now: float) -> bool:
    """Tell whether a desk that reported just now has a clock that shows the same."""
    lately = device_seen.c.last_seen.between(now - LATELY, now)
    same = func.abs(device_seen.c.skew) <= AGREE
    return bool(connection.scalar(select(func.count()).where(lately, same)))
