"""What an administrator does about records: their ages, what is held, backups."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pyrage import x25519

from agentguard.server.backup import creation
from agentguard.server.jobs.backups import Backups
from agentguard.server.jobs.retention import Outcome, Retention
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine.database import Database
from agentguard.server.store.records import ages, audit, legal_holds, lived_time
from agentguard.server.store.records.ages import Age
from agentguard.server.store.records.legal_holds import Asked, Hold


class Keeping:
    """Works beside a running endpoint."""

    def __init__(self, database: Database, settings: ServerSettings, now: Now) -> None:
        self._database = database
        self._settings = settings
        self._now = now

    def run(self, by: str, *, dry: bool = False) -> Sequence[Outcome]:
        """Delete what is too old; with `dry` only count it."""
        now = self._now()
        known = self._database.run(lambda c: lived_time.known(c, now))
        edge = partial(known.edge, now)
        return Retention(self._database, now, edge=edge).run(dry=dry, actor=by)

    def ages(self) -> Sequence[Age]:
        """Return the ages in force."""
        return self._database.run(ages.list_ages)

    def set_age(self, record: str, days: int, by: str) -> None:
        """Set an age.

        Raises:
            AgeRefused: there is no such record class, or the age may not be.

        """
        self._database.run(lambda c: ages.put(c, record, days, by, self._now()))

    def holds(self) -> Sequence[Hold]:
        """Return the holds that hold."""
        return self._database.run(legal_holds.list_holds)

    def hold(self, asked: Asked, by: str) -> int:
        """Place a hold; give its number.

        Raises:
            HoldRefused: there is nothing to hold, or no reason.

        """
        return self._database.run(lambda c: legal_holds.place(c, asked, by, self._now()))

    def end_hold(self, number: int, by: str) -> bool:
        """End a hold; False when there is none."""
        return self._database.run(lambda c: legal_holds.end(c, number, by, self._now()))

    def scheduled(self) -> Backups:
        """Return who makes backups into the folder that is set for them."""
        return Backups(self._database, self._settings, self._now)

    def backup(self, file: Path, recipients: Sequence[x25519.Recipient]) -> tuple[int, int]:
        """Write an encrypted backup; give its rows and tables.

        Raises:
            UsageError: the file exists already.
            StoreError: it could not be written.

        """
        now = self._now()
        done = creation.make(self._database, self._settings, file, recipients, now)
        names = ", ".join(str(one) for one in recipients)
        self._database.run(lambda c: audit.note(c, now, "administrator", "backup.made", names))
        return done
