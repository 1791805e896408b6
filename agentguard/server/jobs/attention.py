"""Adds up by team what desks asked their persons' attention for, so that who looks need not."""

from __future__ import annotations

from threading import Event

from sqlalchemy import Connection

from agentguard.server.settings import Now
from agentguard.server.store.engine import job_failures, leadership
from agentguard.server.store.engine.database import Database
from agentguard.server.store.reports import interruption_sums
from agentguard.server.store.reports.interruption_sums import Sum

NAME = "attention"
EVERY = 600.0
"""Seconds after which the sums are made again."""
PAUSE = 0.01  # seconds between two slices, in which this process does other work


class Attention:
    """One job: reads all desks as of one moment, and writes the sums that have changed."""

    def __init__(self, database: Database, now: Now, stopped: Event) -> None:
        self._database = database
        self._now = now
        self._stopped = stopped

    def run(self) -> None:
        """Do what is due; whoever is stopped leaves the sums as they were."""
        now, run = self._now(), self._database.run
        if run(lambda c: leadership.due(c, NAME, EVERY, now)) is None:
            return
        sums: dict[int, Sum] = {}
        if self._database.snapshot(lambda c: self._read(c, sums, now)):
            run(lambda c: interruption_sums.put(c, sums, now))
        run(lambda c: job_failures.done(c, NAME))

    def _read(self, connection: Connection, sums: dict[int, Sum], now: float) -> bool:
        """Add all desks up; False when this was stopped on the way."""
        for some in interruption_sums.read(connection, now):
            interruption_sums.add(sums, some)
            if len(some) == interruption_sums.ROWS and self._stopped.wait(PAUSE):
                return False
        return True
