"""Print jobs with the programs beside which they were first seen, kept for a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agentguard.model.machine import PrintJob
from agentguard.model.moments import Moment

DAY = 86_400.0
MOST = 1000
"""Jobs that are kept; the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A job as the system tells it; `key` is its number there, `done` wall seconds since 1970."""

    key: str
    done: float
    printer: str
    pages: int | None = None


class PrintMemory:
    """Gives each job the programs that ran at the look after it; `every` is the looks' period.

    One that was done before that look cannot be told any more by what runs now.
    """

    def __init__(self, every: float, running: Callable[[], frozenset[str]]) -> None:
        self._late = 2 * every
        self._running = running
        self._known: dict[str, PrintJob] = {}

    def seen(self, jobs: Iterable[Done], at: Moment) -> tuple[PrintJob, ...]:
        """Return the jobs of the last day, the oldest first; `running` is asked for a new one."""
        recent = {job.key: job for job in jobs if -DAY < job.done - at.wall < DAY}
        fresh = [job for job in recent.values() if job.key not in self._known]
        timely = any(self._is_timely(job, at) for job in fresh)
        beside = self._running() if timely else frozenset()
        for job in fresh:
            self._known[job.key] = PrintJob(
                done=job.done,
                printer=job.printer,
                pages=job.pages,
                beside=beside if beside and self._is_timely(job, at) else None,
            )
        newest = sorted(recent, key=lambda key: recent[key].done)[-MOST:]
        self._known = {key: self._known[key] for key in newest}
        return tuple(self._known.values())

    def _is_timely(self, job: Done, at: Moment) -> bool:
        return abs(at.wall - job.done) <= self._late
