"""What the endpoint does by itself: counts, sums up, cuts time into months, deletes what is old.

Every process asks in turn whether something is due; the database lets one of them do it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Event
from time import perf_counter

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.server import keys
from agentguard.server.evidence.making import Maker
from agentguard.server.evidence.shelf import FOLDER, Shelf
from agentguard.server.feeds import feed_settings, outbox
from agentguard.server.jobs import attention, backups, drills, software
from agentguard.server.jobs.attention import Attention
from agentguard.server.jobs.audit_check import AuditCheck
from agentguard.server.jobs.backups import Backups
from agentguard.server.jobs.controls import Controls
from agentguard.server.jobs.retention import Retention
from agentguard.server.jobs.software import Programs
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.playbooks import following
from agentguard.server.playbooks.following import Following
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.desks import quiet
from agentguard.server.store.engine import audit_chain, causes, job_failures, leadership, partitions
from agentguard.server.store.engine.database import Database
from agentguard.server.store.floor import kept_counts, trends
from agentguard.server.store.records import audit_standing, lived_time
from agentguard.server.store.records.lived_time import Looks
from agentguard.server.store.reports import containments, exceptions, playbook_shelf
from agentguard.server.store.software import reminders
from agentguard.server.tamper import silent_agents, sweep
from agentguard.server.tamper.strangers import Strangers
from agentguard.server.tamper.sweep import Sweep

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that is done again and again; `name` is of `job_failures.JOBS`."""

    name: str
    run: Callable[[], None]


DELETED_EVERY = 6 * 3600
AGAIN = 600  # seconds after which what could not be deleted is tried again
SIGNED_EVERY = 6 * 3600  # seconds between two checkpoints of the audit log
RENEWED_EVERY = 3600  # seconds between two looks at the endpoint's own certificate
LOOK = 5.0  # seconds between two looks at what is due


class Jobs:
    """Does what is due; `start` and `stop` in the serving loop."""

    def __init__(
        self,
        database: Database,
        settings: ServerSettings,
        now: Now,
        boot: Now = perf_counter,
        *,
        outside: Outside | None = None,
        playbooks: Following | None = None,
    ) -> None:
        self._database, self._settings = database, settings
        self._silent_after = settings.limits.silent_after
        self._limits = settings.limits
        self._folder = settings.data
        self._language = settings.language
        self._keys = keys.load_or_make(settings.key_file)
        self._now, self._boot = now, boot
        self._outside = outside or Outside()
        self._looks, self._strangers = Looks(), Strangers(self._outside)
        self._renewed: float | None = None
        self._playbooks = playbooks or Following(settings.data)
        self._workers = ThreadPoolExecutor(3, thread_name_prefix="server-jobs")
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = Event()
        self._listener = outbox.listener(settings)
        self._watch = quiet.Watch(silent_after=self._silent_after)
        self._tamper_sweep = Sweep(settings.limits, self._listener)
        self._jobs = self._short()
        self._long: tuple[Job, ...] = (  # no other job waits for these
            Job("retention", self._delete),
            Job("software", Programs(database, settings, now, self._stopped).run),
            Job(attention.NAME, Attention(database, now, self._stopped).run),
            Job("controls", Controls(database, now, self._stopped).run),
            Job(audit_standing.JOB, self._audit_check()),
            Job(backups.JOB, Backups(database, settings, now).run),
        )
        self._packs: tuple[Job, ...] = (Job("evidence", self._evidence),)

    def _short(self) -> tuple[Job, ...]:
        """Return the jobs that are done one after the other."""
        return (
            self._always("time", self._time),
            self._often("months", 3600, self._months),
            self._often("silence", quiet.EVERY, self._silence),
            self._often("counts", kept_counts.FOLDED, self._count),
            self._often("recount", kept_counts.RECOUNTED, self._recount),
            self._often("sweep", 60, self._sweep),
            self._often("refresh", 10, self._refresh),
            self._often("days", 600, self._roll),
            self._often("tamper", sweep.EVERY, self._tamper),
            self._often("silent", silent_agents.EVERY, self._silent),
            self._always("strangers", self._strange),
            Job("certificate", self._renew),
            Job(following.JOB, self._follow),
            self._often("feeds", 3600, self._forget),
            self._often(software.VENDORS, software.VENDORS_EVERY, self._vendors),
            self._often("containment", 30, self._contain),
            self._often("plans", reminders.EVERY, self._plans),
            self._often("audit-checkpoint", SIGNED_EVERY, self._sign),
            self._often("exceptions", 30, self._exceptions),
            self._often(drills.JOB, drills.EVERY, self._drill),
        )

    def start(self) -> None:
        """Begin to look."""
        every = (self._jobs, self._long, self._packs)
        self._tasks = [asyncio.create_task(self._for_ever(some)) for some in every]

    async def stop(self) -> None:
        """End what is being done, then stop looking."""
        self._stopped.set()
        for one in self._tasks:
            one.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await asyncio.get_running_loop().run_in_executor(None, self._workers.shutdown)

    def do(self) -> None:
        """Do everything that is due, one after the other; what fails is due again."""
        self._do(self._jobs)
        self._do(self._long)
        self._do(self._packs)

    @property
    def names(self) -> frozenset[str]:
        """What is done."""
        return frozenset(one.name for one in (*self._jobs, *self._long, *self._packs))

    async def _for_ever(self, some: Iterable[Job]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await loop.run_in_executor(self._workers, self._do, some)
            await asyncio.sleep(LOOK)

    def _do(self, some: Iterable[Job]) -> None:
        for one in some:
            try:
                one.run()
            except Exception as error:  # noqa: BLE001 - the thread's boundary: the others are due too
                LOG.error("the job %s failed: %s", one.name, causes.logged(error))  # noqa: TRY400 - no values
                self._failed(one.name, causes.cause(error))

    def _failed(self, name: str, why: str) -> None:
        with suppress(SQLAlchemyError):  # readiness tells of a database that takes nothing
            self._database.run(lambda c: job_failures.note(c, name, why, self._now()))

    def _always(self, name: str, do: Callable[[Connection], None]) -> Job:
        """Return a job that is done at each look, by each process."""

        def run(connection: Connection) -> None:
            do(connection)
            job_failures.done(connection, name)

        return Job(name, lambda: self._database.run(run))

    def _often(
        self, name: str, every: float, do: Callable[[Connection, float, float], None]
    ) -> Job:
        """Return a job that one process does every so many seconds.

        It is told now and last time.
        """

        def run(connection: Connection) -> None:
            now = self._now()
            last = leadership.due(connection, name, every, now)
            if last is not None:
                do(connection, now, last)
                job_failures.done(connection, name)

        return Job(name, lambda: self._database.run(run))

    def _time(self, connection: Connection) -> None:
        self._looks.look(connection, self._now(), self._boot())

    def _months(self, connection: Connection, now: float, _last: float) -> None:
        partitions.make_ahead(connection, now)

    def _silence(self, connection: Connection, now: float, last: float) -> None:
        if self._watch.look(connection, now, last):  # there are more: at the next look
            leadership.note(connection, "silence", now - quiet.EVERY)

    def _count(self, connection: Connection, _now: float, _last: float) -> None:
        kept_counts.fold(connection)

    def _recount(self, connection: Connection, now: float, _last: float) -> None:
        wrong = kept_counts.repair(connection, now)
        if wrong:
            LOG.error("%d counts of desks or findings were wrong and are put right", wrong)

    def _sweep(self, connection: Connection, now: float, _last: float) -> None:
        trends.sweep(connection, now, self._silent_after)

    def _tamper(self, connection: Connection, now: float, last: float) -> None:
        self._tamper_sweep(connection, now, last)

    def _silent(self, connection: Connection, now: float, _last: float) -> None:
        turns = silent_agents.look(connection, now, self._limits)
        if turns:
            self._listener.turns(connection, turns)

    def _strange(self, connection: Connection) -> None:
        turns = self._strangers.look(connection, self._now())
        if turns:
            self._listener.turns(connection, turns)

    def _renew(self) -> None:
        """See that this process's own certificate does not end while it runs."""
        now, run = self._now(), self._database.run
        if self._renewed is not None and 0 <= now - self._renewed < RENEWED_EVERY:
            return
        self._outside.renew(run(lambda c: lived_time.known(c, now).edge(now, 0.0)))
        self._renewed = now
        run(lambda c: job_failures.done(c, "certificate"))

    def _follow(self) -> None:
        """Look at the site's playbooks, each process at its own; those that stay cost no write."""
        run = self._database.run
        if self._playbooks.look(lambda own: run(lambda c: playbook_shelf.use(c, own))):
            run(lambda c: job_failures.done(c, following.JOB))

    def _vendors(self, connection: Connection, now: float, last: float) -> None:
        told = isinstance(self._listener, outbox.Outbox)
        software.look_at_vendors(connection, now, last, told=told)

    def _contain(self, connection: Connection, now: float, _last: float) -> None:
        """End containment that is past its time, by time that was surely lived through."""
        containments.end_due(connection, now, lived_time.known(connection, now).edge(now, 0.0))

    def _plans(self, connection: Connection, now: float, _last: float) -> None:
        """Tell of plans whose day comes, by time that was surely lived through."""
        if isinstance(self._listener, outbox.Outbox):
            sure = lived_time.known(connection, now).edge(now, 0.0)
            reminders.remind_of_plans(connection, now, sure)

    def _exceptions(self, connection: Connection, now: float, _last: float) -> None:
        exceptions.by_time(connection, now)

    def _drill(self, connection: Connection, now: float, _last: float) -> None:
        drills.run(connection, now, self._limits)

    def _refresh(self, connection: Connection, now: float, last: float) -> None:
        if last:
            trends.refresh(connection, last, now, self._silent_after)

    def _roll(self, connection: Connection, now: float, _last: float) -> None:
        trends.roll_days(connection, now)

    def _sign(self, connection: Connection, now: float, _last: float) -> None:
        """Sign where the audit log stands; the log of the system may keep it as well."""
        last = audit_chain.sign(connection, self._keys, now)
        LOG.info("the audit log was signed up to entry %d", last)

    def _forget(self, connection: Connection, now: float, _last: float) -> None:
        try:
            named = feed_settings.read(self._folder).every
        except (
            UsageError
        ):  # who is to be told is not known: what is kept stays until it can be read
            LOG.warning("the feeds' file cannot be read, so that no happening is deleted")
            return
        outbox.forget(connection, lived_time.known(connection, now).edge(now, 0.0), named)

    def _audit_check(self) -> Callable[[], None]:
        return AuditCheck(
            database=self._database, settings=self._settings, keys=self._keys, now=self._now,
            stopped=self._stopped, listener=self._listener,
        ).run  # fmt: skip

    def _evidence(self) -> None:
        """Make the packs that were ordered, one after the other, and let go of old ones."""
        shelf = Shelf(self._folder / FOLDER, self._now)
        shelf.tidy()
        while not self._stopped.is_set() and shelf.make_next(self._maker, self._stopped.is_set):
            pass
        self._database.run(lambda c: job_failures.done(c, "evidence"))

    def _maker(self) -> Maker:
        return Maker(
            database=self._database, keys=self._keys, data=self._folder,
            words=translations.load(self._language), now=self._now(),
        )  # fmt: skip

    def _delete(self) -> None:
        """Delete in many transactions; what fails half-way goes on after `AGAIN`."""
        now = self._now()
        every = DELETED_EVERY
        if self._database.run(lambda c: leadership.due(c, "retention", every, now)) is None:
            return
        try:
            known = self._database.run(lambda c: lived_time.known(c, now))
            edge = partial(known.edge, now)
            Retention(self._database, now, self._stopped, edge=edge).run()
        except Exception:
            self._database.run(lambda c: leadership.note(c, "retention", now - every + AGAIN))
            raise
        self._database.run(lambda c: job_failures.done(c, "retention"))
