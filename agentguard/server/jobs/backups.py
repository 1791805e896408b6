"""Makes backups by itself when they are due, and reads each through before the oldest goes.

Nothing at the endpoint can open a backup. So each is made for one more recipient, whose key is made
for it, lies in memory alone and is gone when the backup has been read to its end. How they stand is
told: when they are made, when one was last whole, and what went wrong.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pyrage import x25519
from sqlalchemy import Connection

from agentguard.base import atomic_files
from agentguard.base.errors import AgentGuardError, CannotError, StoreError
from agentguard.base.translations import load
from agentguard.server.backup import creation, timetable
from agentguard.server.backup.timetable import Timetable
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine import causes, job_failures, leadership
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.job_failures import Failing
from agentguard.server.store.records import audit

LOG = logging.getLogger(__name__)
JOB = "backup"
CHECKED = leadership.BACKUP_CHECKED
AGAIN = 600
"""Seconds after which a backup that failed is tried again."""
ACTOR = "endpoint"
PATTERN = "agentguard-*.age"


class Backups:
    """Makes them; any of the endpoint's processes may, and one does."""

    def __init__(self, database: Database, settings: ServerSettings, now: Now) -> None:
        self._database = database
        self._settings = settings
        self._now = now
        self._words = load(settings.language)

    def run(self) -> None:
        """Make a backup if one is due.

        Raises:
            Named: it could not be made or is not whole; it is tried again after `AGAIN`.

        """
        try:
            self._run()
        except AgentGuardError as error:
            LOG.error("%s", error)  # noqa: TRY400 - a sentence of ours
            raise causes.Named(JOB) from error

    def _run(self) -> None:
        wanted = timetable.read(self._settings.data, self._words)
        if wanted is None:
            self._done()
            return
        now, every = self._now(), wanted.seconds
        if self._database.run(lambda c: leadership.due(c, JOB, every, now)) is None:
            return
        try:
            self.make(wanted)
        except Exception:
            self._database.run(lambda c: leadership.note(c, JOB, now - every + AGAIN))
            raise
        self._done()

    def make(self, wanted: Timetable, by: str = ACTOR) -> tuple[Path, int, int]:
        """Make a backup now and read it through; give its file, rows and tables.

        Raises:
            StoreError: it could not be made, or is not whole and was taken away.

        """
        now, folder = self._now(), Path(wanted.folder)
        name = time.strftime("agentguard-%Y%m%dT%H%M%SZ.age", time.gmtime(now))
        own = x25519.Identity.generate()
        self._must_be(folder)
        recipients = [*wanted.keys(self._words), own.to_public()]
        rows, tables = creation.make(self._database, self._settings, folder / name, recipients, now)
        try:
            self._must_hold(folder / name, own, (rows, tables))
        except StoreError:
            (folder / name).unlink(missing_ok=True)
            raise
        self._database.run(lambda c: self._note(c, wanted, now, by))
        others = sorted(one for one in folder.glob(PATTERN) if one.name != name)
        for old in others[: max(0, len(others) + 1 - wanted.keep)]:  # never this one: clocks err
            old.unlink(missing_ok=True)
        return folder / name, rows, tables

    def _must_hold(self, file: Path, own: x25519.Identity, made: tuple[int, int]) -> None:
        if creation.verify(file, own, self._words) != made:
            raise StoreError(self._words.say("server.timetable.differs", file=file.name))

    def _must_be(self, folder: Path) -> None:
        try:
            atomic_files.make_folder(folder)
        except OSError as error:
            raise CannotError(
                self._words.say("server.timetable.no-folder", folder=str(folder)),
                self._words.say("server.timetable.no-folder-advice"),
            ) from error

    def _note(self, connection: Connection, wanted: Timetable, now: float, by: str) -> None:
        audit.note(connection, now, by, "backup.made", ", ".join(wanted.recipients))
        leadership.note(connection, CHECKED, now)

    def _done(self) -> None:
        self._database.run(lambda c: job_failures.done(c, JOB))


def overdue(connection: Connection, settings: ServerSettings, now: float) -> float | None:
    """Return since when no backup was found whole for twice its time; None when all is well.

    Of a timetable that nobody could keep yet the first moment that it was looked at counts.
    """
    try:
        wanted = timetable.read(settings.data, load(settings.language))
    except AgentGuardError:  # the job fails, and is told of
        return None
    if wanted is None:
        return None
    last = leadership.noted(connection, CHECKED)
    since = last if last is not None else leadership.noted(connection, JOB)
    return since if since is not None and now - since > 2 * wanted.seconds else None


class Plan(StrEnum):
    """Whether backups are made by themselves; what cannot be read is not known."""

    SET = "set"
    NONE = "none"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of backups; None where nothing is.

    `whole_at` is when one was last read through and found whole, `made_at` when one was last made,
    be it by hand. `late_since` is set when none was found whole for twice its time, and `failed` is
    the last try when it failed.
    """

    plan: Plan
    hours: int
    keep: int
    whole_at: float | None
    made_at: float | None
    late_since: float | None
    failed: Failing | None


def standing(connection: Connection, settings: ServerSettings, now: float) -> Standing:
    """Return how the backups stand now."""
    plan, hours, keep = _plan(settings)
    failed = [one for one in job_failures.all_of(connection) if one.name == JOB]
    return Standing(
        plan=plan,
        hours=hours,
        keep=keep,
        whole_at=leadership.noted(connection, CHECKED),
        made_at=audit.newest(connection, "backup.made"),
        late_since=overdue(connection, settings, now),
        failed=failed[0] if failed else None,
    )


def _plan(settings: ServerSettings) -> tuple[Plan, int, int]:
    try:
        wanted = timetable.read(settings.data, load(settings.language))
    except AgentGuardError:
        return Plan.UNREAD, 0, 0
    if wanted is None:
        return Plan.NONE, 0, 0
    return Plan.SET, wanted.every_hours, wanted.keep
