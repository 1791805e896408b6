"""Keeps the sums of days of what held up to now, and begins the desks of a release before."""

from __future__ import annotations

from threading import Event

from agentguard.server.settings import Now
from agentguard.server.store.control_history import beginnings, days, team_places
from agentguard.server.store.engine import job_failures, leadership
from agentguard.server.store.engine.database import Database

NAME = "controls"
EVERY = 600.0
"""Seconds after which today's sums are made again."""
DAY = 24 * 3600.0
LATE = 3600
"""Seconds of a new day in which yesterday's are made again as well: who fell silent at midnight is
known to have been silent by then."""
PAUSE = 0.02  # seconds between two slices, in which reports are written


class Controls:
    """One job: reads a day without keeping anybody from writing, and writes its sums at once."""

    def __init__(self, database: Database, now: Now, stopped: Event) -> None:
        self._database = database
        self._now = now
        self._stopped = stopped

    def run(self) -> None:
        """Do what is due; whoever is stopped leaves the rest for the next time."""
        if not self._due(NAME, EVERY):
            return
        now = self._now()
        self._database.run(lambda c: team_places.follow(c, now))
        while self._database.run(lambda c: beginnings.of_before(c, int(now))):
            if self._stopped.wait(PAUSE):
                return
        today = days.of(now)
        self._sum(today, now)
        again = self._due("controls-days", DAY)
        if again or now % DAY < LATE:
            self._sum(today - 1, now)
        for day in self._database.run(lambda c: list(days.touched(c, now))) if again else ():
            if self._stopped.wait(PAUSE):
                return
            self._sum(day, now)
        self._database.run(lambda c: job_failures.done(c, NAME))

    def _sum(self, day: int, now: float) -> None:
        made = self._database.snapshot(lambda c: days.make(c, day, now))
        self._database.run(lambda c: days.put(c, day, made))

    def _due(self, name: str, every: float) -> bool:
        now = self._now()
        return self._database.run(lambda c: leadership.due(c, name, every, now)) is not None
