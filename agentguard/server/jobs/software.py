"""Keeps what is said of the fleet's programs up to the day, the catalogue and the policy.

They are matched with the vendor register as well, and its days are told before they come.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from sqlalchemy import Connection

from agentguard.server.policies.teaching import judges
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine import job_failures, leadership, times
from agentguard.server.store.engine.database import Database
from agentguard.server.store.records import lived_time
from agentguard.server.store.software import rejudge, reminders, vendor_programs
from agentguard.software import classes

NAME = "software"
EVERY = 60.0
"""Seconds between two looks for what another judge has judged, and for desks that are gone."""
PRUNED = 24 * 3600.0
PAUSE = 0.02  # seconds between two slices, in which reports are written
VENDORS = "vendors"
VENDORS_EVERY = reminders.EVERY
COUNTED = 3600
"""Seconds after which desks are counted anew although no version is new."""


class Programs:
    """One job: forgets desks that are gone, judges anew, drops what nobody has had for long."""

    def __init__(
        self, database: Database, settings: ServerSettings, now: Now, stopped: Event
    ) -> None:
        self._database = database
        self._judges = judges(settings.reading)
        self._now = now
        self._stopped = stopped

    def run(self) -> None:
        """Do what is due, in slices; whoever is stopped leaves the rest for the next time."""
        if not self._due(NAME, EVERY):
            return
        self._all(lambda c: rejudge.retired(c, self._now()))
        if self._database.run(rejudge.there_are_any):  # a catalogue that nobody needs is not read
            self._all(lambda c: rejudge.rejudge(c, self._judges.at(c, self._now()), self._now()))
        if self._due("software-pruned", PRUNED):
            self._database.run(rejudge.prune)
        self._database.run(lambda c: job_failures.done(c, NAME))

    def _due(self, name: str, every: float) -> bool:
        now = self._now()
        return self._database.run(lambda c: leadership.due(c, name, every, now)) is not None

    def _all(self, slice_: Callable[[Connection], bool]) -> None:
        while self._database.run(slice_) and not self._stopped.wait(PAUSE):
            pass


def look_at_vendors(
    connection: Connection,
    now: float,
    last: float,
    *,
    told: bool,
    most: int = vendor_programs.AT_ONCE,
) -> None:
    """Do what is due; `told` says whether anybody hears of days that come.

    Where `most` versions were matched, others may wait: it is due again at once.
    """
    matched = vendor_programs.match(connection, classes.shipped(), str(times.day(now)), most)
    if matched == most:
        leadership.note(connection, VENDORS, now - VENDORS_EVERY)
    if matched or now // COUNTED != last // COUNTED:
        vendor_programs.count(connection)
    if told:
        sure = lived_time.known(connection, now).edge(now, 0.0)
        reminders.remind_of_vendors(connection, now, sure)
