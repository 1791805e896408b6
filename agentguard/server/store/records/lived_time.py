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
SHORT = 600.0
"""Seconds off that need no span: every edge is earlier by as much."""
MOST = 32
"""Spans of wrong stamps that are kept; of more, those two become one that are nearest."""
NAMES = ("shown", "lived", "open", "sure")
SPANS = (("behind", "right"), *((f"behind-{n}", f"right-{n}") for n in range(1, MOST + 1)))
"""What the spans' two times are noted as; the first two names are those of when there was one."""
JOB = "time"
ACTOR, ACT = "endpoint", "clock.leapt"
"""Whose act it is in the audit log that the clock cannot be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A while in which stamps may have been too early.

    `behind` is the earliest wall time that was shown in it, and `right` what was lived when another
    clock agreed again, 0 until then.
    """

    behind: float
    right: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The wall time that was `shown` last, and the earliest that it can be by what was `lived`.

    What is stamped under a clock that nobody confirmed may be stamped too early. `open` is the wall
    time since which it runs on unconfirmed, 0 when it is confirmed. When it is set once more before
    it is, what it showed was wrong for a while: a span. So it may have been where it is set ahead,
    for it can have stood behind since a start that showed nothing of it; `sure` is the earliest
    time that was shown since another clock agreed.
    """

    shown: float
    lived: float
    open: float = 0.0
    sure: float = 0.0
    spans: tuple[Span, ...] = ()

    def edge(self, now: float, seconds: float) -> float:
        """Return the wall time before which everything is surely that many seconds old."""
        edges = [min(now, self.lived) - seconds - SHORT]
        if self.open:
            edges.append(self.open)
        young = (one for one in self.spans if not one.right or self.lived - one.right < seconds)
        return min([*edges, *(one.behind for one in young)])

    def looked(self, now: float, passed: float) -> Known:
        """Return what is known after a look, `passed` seconds after the one before."""
        moved = now - self.shown
        lived = self.lived + (passed if moved < 0 else min(moved, passed))
        sure = self.sure or self.shown
        after = replace(self, shown=now, lived=lived, sure=min(sure, now))
        if -SET <= moved <= passed + SET:
            return after
        if self.open:
            return replace(after, open=now, spans=self._with(min(self.open, sure, now)))
        spans = self._with(sure) if moved > passed + SHORT else self.spans
        return replace(after, open=now, spans=spans)

    def _with(self, behind: float) -> tuple[Span, ...]:
        """Return the spans with one more that nobody has ended; those that are open are one."""
        ended = [one for one in self.spans if one.right]
        behind = min([behind, *(one.behind for one in self.spans if not one.right)])
        if len(ended) >= MOST:
            near = min(range(MOST - 1), key=lambda n: ended[n + 1].right - ended[n].behind)
            one, other = ended[near : near + 2]
            joined = Span(behind=min(one.behind, other.behind), right=max(one.right, other.right))
            ended[near : near + 2] = [joined]
        return (*ended, Span(behind=behind))

    def confirmed(self, now: float) -> Known:
        """Return what is known when another clock shows the same time."""
        spans = tuple(one if one.right else replace(one, right=now) for one in self.spans)
        return replace(self, lived=now, open=0.0, sure=now, spans=spans)


def known(connection: Connection, now: float) -> Known:
    """Return what is known.

    Of an endpoint that never wrote it down, by when it last did anything.
    """
    shown, lived, open_, sure = (_noted(connection, name) for name in NAMES)
    if not shown:
        done = job.c.name.not_in((JOB, leadership.RESTORED))
        newest = connection.scalar(select(func.max(job.c.ran_at).filter(done)))
        return Known(shown=now, lived=min(now, newest or now))
    every = [
        Span(behind=_noted(connection, behind), right=_noted(connection, right))
        for behind, right in SPANS
    ]
    spans = tuple(one for one in every if one.behind)
    return Known(shown=shown, lived=lived, open=open_, sure=sure, spans=spans)


def _noted(connection: Connection, name: str) -> float:
    return leadership.noted(connection, f"{JOB}.{name}") or 0.0


def _note(connection: Connection, found: Known) -> None:
    """Keep what is known, with the spans in their order, and nothing where there is none."""
    for name in NAMES:
        leadership.note(connection, f"{JOB}.{name}", getattr(found, name))
    for n, (behind, right) in enumerate(SPANS):
        one = found.spans[n] if n < len(found.spans) else Span(behind=0.0)
        for name, value in ((behind, one.behind), (right, one.right)):
            if value or _noted(connection, name):
                leadership.note(connection, f"{JOB}.{name}", value)


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
        _note(connection, found)
        self._seen = (found.shown, boot)
        return found


def _agreed(connection: Connection, now: float) -> bool:
    """Check whether a desk that reported just now has a clock that shows the same."""
    lately = device_seen.c.last_seen.between(now - LATELY, now)
    same = func.abs(device_seen.c.skew) <= AGREE
    return bool(connection.scalar(select(func.count()).where(lately, same)))
