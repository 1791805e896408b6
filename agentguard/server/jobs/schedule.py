"""What the endpoint does by itself: counts, sums up, cuts time into months, deletes what is old.

Every process asks in turn whether something is due; the database lets one of them do it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from time import perf_counter

from sqlalchemy import Connection

from agentguard.base.errors import UsageError
from agentguard.server import keys
from agentguard.server.feeds import outbox
from agentguard.server.feeds import settings as feeds
from agentguard.server.jobs.retention import Retention
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine import audit_chain, leadership, partitions
from agentguard.server.store.engine.database import Database
from agentguard.server.store.floor import trends
from agentguard.server.store.records import lived_time
from agentguard.server.store.records.lived_time import Looks
from agentguard.server.tamper import silent_agents, sweep
from agentguard.server.tamper.strangers import Strangers
from agentguard.server.tamper.sweep import Sweep

LOG = logging.getLogger(__name__)
Job = Callable[[], None]

SIGNED_EVERY = 6 * 3600  # seconds between two checkpoints of the audit log
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
    ) -> None:
        self._database = database
        self._silent_after = settings.limits.silent_after
        self._limits = settings.limits
        self._folder = settings.data
        self._keys = keys.load_or_make(settings.key_file)
        self._now, self._boot = now, boot
        self._looks = Looks()
        self._strangers = Strangers(outside or Outside())
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="server-jobs")
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = Event()
        self._listener = outbox.listener(settings)
        self._tamper_sweep = Sweep(settings.limits, self._listener)
        counting = (
            *(self._time, self._months, self._sweep, self._refresh, self._roll, self._tamper),
            self._silent,
            self._outside,
            self._forget,
            self._sign,
        )
        self._jobs: tuple[Job, ...] = tuple(partial(database.run, one) for one in counting)
        self._long: tuple[Job, ...] = (self._delete,)  # no other job waits for these

    def start(self) -> None:
        """Begin to look."""
        every = (self._jobs, self._long)
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
        _do(self._jobs)
        _do(self._long)

    async def _for_ever(self, some: Iterable[Job]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await loop.run_in_executor(self._workers, _do, some)
            await asyncio.sleep(LOOK)

    def _time(self, connection: Connection) -> None:
        self._looks.look(connection, self._now(), self._boot())

    def _months(self, connection: Connection) -> None:
        now = self._now()
        if leadership.due(connection, "months", 3600, now) is not None:
            partitions.make_ahead(connection, now)

    def _sweep(self, connection: Connection) -> None:
        now = self._now()
        if leadership.due(connection, "sweep", 60, now) is not None:
            trends.sweep(connection, now, self._silent_after)

    def _tamper(self, connection: Connection) -> None:
        now = self._now()
        last = leadership.due(connection, "tamper", sweep.EVERY, now)
        if last is not None:
            self._tamper_sweep(connection, now, last)

    def _silent(self, connection: Connection) -> None:
        now = self._now()
        if leadership.due(connection, "silent", silent_agents.EVERY, now) is not None:
            turns = silent_agents.look(connection, now, self._limits)
            if turns:
                self._listener.turns(connection, turns)

    def _outside(self, connection: Connection) -> None:
        turns = self._strangers.look(connection, self._now())
        if turns:
            self._listener.turns(connection, turns)

    def _refresh(self, connection: Connection) -> None:
        now = self._now()
        last = leadership.due(connection, "refresh", 10, now)
        if last:
            trends.refresh(connection, last, now, self._silent_after)

    def _roll(self, connection: Connection) -> None:
        now = self._now()
        if leadership.due(connection, "days", 600, now) is not None:
            trends.roll_days(connection, now)

    def _sign(self, connection: Connection) -> None:
        """Sign where the audit log stands; the log of the system may keep it as well."""
        now = self._now()
        if leadership.due(connection, "audit-checkpoint", SIGNED_EVERY, now) is None:
            return
        last = audit_chain.sign(connection, self._keys, now)
        LOG.info("the audit log was signed up to entry %d", last)

    def _forget(self, connection: Connection) -> None:
        now = self._now()
        if leadership.due(connection, "feeds", 3600, now) is None:
            return
        try:
            named = feeds.read(self._folder).every
        except (
            UsageError
        ):  # who is to be told is not known: what is kept stays until it can be read
            LOG.warning("the feeds' file cannot be read, so that no happening is deleted")
            return
        outbox.forget(connection, lived_time.known(connection, now).edge(now, 0.0), named)

    def _delete(self) -> None:
        """Delete in many transactions; what fails half-way goes on the next time."""
        now = self._now()
        if self._database.run(lambda c: leadership.due(c, "retention", 6 * 3600, now)) is not None:
            known = self._database.run(lambda c: lived_time.known(c, now))
            edge = partial(known.edge, now)
            Retention(self._database, now, self._stopped, edge=edge).run()


def _do(some: Iterable[Job]) -> None:
    for one in some:
        try:
            one()
        except Exception as error:  # noqa: BLE001 - the thread's boundary: the others are due too
            LOG.error("a job failed: %s", type(error).__name__)  # noqa: TRY400 - no values
