"""Opens the database, brings its schema up to date, and runs jobs in transactions.

All writes of a process go through one thread, which commits many at once: a job's answer is given
only after the COMMIT that holds it. On SQLite that is one fsync for the whole batch, and nobody
waits for others to come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from agentguard.server.store.engine import audit_chain, causes, dialects, revisions
from agentguard.server.store.engine.trips import Unwritten
from agentguard.server.store.engine.writes import (
    Failed,
    Job,
    TakenBack,
    Together,
    Waiting,
    by_kind,
    in_a_ring,
    of_a_kind,
    run_all,
    run_bare,
    settle,
)

if TYPE_CHECKING:
    from agentguard.server.store.engine.pipelines import Lane

T = TypeVar("T")
A = TypeVar("A")
READERS = 2
LOCK_SECONDS = 3
ROUNDS = 5
"""Times that a batch is begun anew when it and that of another process wait for each other."""
LOOK = 1.0
"""Seconds between two looks whether a newer release has ended this one's writing."""
GATHER = 0.003
"""Seconds that a batch for PostgreSQL waits for more at most, while more come. More of them share
then what a batch costs by itself; to wait when none come only lets the processor idle."""
_READ, _WRITE = "BEGIN", "BEGIN IMMEDIATE"


class Busy(Exception):
    """Too many writes wait already."""


class Database:
    """One database; `start` before the first awaited job, `stop` at the end."""

    def __init__(self, url: str, *, batch: int, most_waiting: int) -> None:
        self._engine = dialects.make(url)
        self._by_key = dialects.by_key(url)
        self._sqlite = self._engine.dialect.name == "sqlite"
        self._batch = batch
        self._gather = 0.0 if self._sqlite else GATHER
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue(maxsize=most_waiting)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="server-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="server-reader")
        self._task: asyncio.Task[None] | None = None
        self._place = dialects.Place(dialects.file_of(url))
        self._looked = float("-inf")
        self.refused: tuple[str, float] | None = None
        """Why the last write that was refused was, and when by the loop's time."""

    def upgrade(self) -> None:
        """Bring the schema up to date.

        Raises:
            StoreError: the database could not be opened or changed.

        """
        with causes.told():
            before = self.run(revisions.announce)
            if before is not None:  # writers look once a second; nothing tells who they are
                Event().wait(2 * LOOK)
            try:
                self.run(revisions.upgrade)
            except Exception:
                if before is not None:
                    self.run(lambda c: revisions.withdraw(c, before))
                raise

    def run(self, job: Job[T]) -> T:
        """Run a job at once in its own transaction; for commands, not for the serving loop."""
        with self._begun(_WRITE) as connection:
            return job(connection)

    @contextmanager
    def _begun(self, how: str, on: Engine | Lane | None = None) -> Iterator[Connection]:
        """Yield a connection in a transaction that is committed at the end, begun as SQLite needs.

        A listener of the engine's could begin it as well, but then each statement asks for others.
        """
        if how == _WRITE and self._place.is_another():
            self._engine.dispose()
        with (on or self._engine).begin() as connection:
            if self._sqlite:
                connection.exec_driver_sql(how)
            if how == _WRITE and perf_counter() - self._looked > LOOK:
                revisions.judge(connection)
                self._looked = perf_counter()
            yield connection
            if how == _WRITE:
                audit_chain.settle(connection)

    def snapshot(self, job: Job[T]) -> T:
        """Run a job that only reads, and sees all tables as they were at one moment."""
        engine = self._engine
        if not self._sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with self._begun(_READ, engine) as connection:
            return job(connection)

    def apart(self, job: Job[T]) -> T:
        """Run a job whose statements each commit by themselves, and never wait long for a lock."""
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            if not self._sqlite:
                connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            try:
                return job(connection)
            finally:
                connection.invalidate()  # the setting goes with it

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return self._queue.qsize()

    def start(self) -> None:
        """Begin to take awaited writes; called in the serving loop."""
        self._task = asyncio.create_task(self._write_forever())

    async def stop(self) -> None:
        """Write what waits, then end."""
        if self._task is not None:
            await self._queue.join()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def close(self) -> None:
        """Give up threads and connections; the database cannot be used afterwards."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._engine.dispose()
        if self._by_key is not None:
            self._by_key.dispose()

    async def read(self, job: Job[T]) -> T:
        """Run a job that only reads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    async def write(self, job: Job[T]) -> T:
        """Run a job that writes; the answer comes after its COMMIT.

        Raises:
            Busy: too many writes wait.

        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._enqueue(Waiting(job, None, None, answer))
        return await answer

    async def write_together(self, together: Together[A, T], asked: A) -> T:
        """Have `asked` written with its like in few statements; the answer follows the COMMIT.

        Raises:
            Busy: too many writes wait.

        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._enqueue(Waiting(None, together, asked, answer))
        return await answer

    def _enqueue(self, waiting: Waiting) -> None:
        try:
            self._queue.put_nowait(waiting)
        except asyncio.QueueFull:
            raise Busy from None

    def _read(self, job: Job[T]) -> T:
        with self._begun(_READ) as connection:
            return job(connection)

    async def _write_forever(self) -> None:
        """Commit what waits; what comes meanwhile is the next batch."""
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._queue.get()]
            await self._gathered(loop.time)
            while len(batch) < self._batch and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            outcomes = await loop.run_in_executor(self._writer, self._commit, batch)
            self._remember(outcomes, loop.time())
            for waiting, outcome in zip(batch, outcomes, strict=True):
                settle(waiting.answer, outcome)
                self._queue.task_done()

    async def _gathered(self, now: Callable[[], float]) -> None:
        """Wait for more as long as each turn of the loop brings some, but not for long."""
        until, before = now() + self._gather, -1
        while before < self._queue.qsize() < self._batch and now() < until:
            before = self._queue.qsize()
            await asyncio.sleep(0)

    def _remember(self, outcomes: list[Any], at: float) -> None:
        """Keep in mind why the database last refused a write."""
        for one in outcomes:
            if isinstance(one, Failed) and isinstance(one.error, DBAPIError):
                self.refused = causes.cause(one.error), at

    def _commit(self, batch: list[Waiting]) -> list[Any]:
        """Run a batch; a job that fails is undone alone.

        On SQLite that is one transaction and one fsync. On PostgreSQL each kind has its own, since
        only what is of one kind goes without savepoints and in few trips.
        """
        if self._by_key is None:
            return self._tried(batch)
        outcomes: list[Any] = [None] * len(batch)
        for places in by_kind(batch):
            part = self._tried([batch[place] for place in places])
            for place, outcome in zip(places, part, strict=True):
                outcomes[place] = outcome
        return outcomes

    def _tried(self, batch: list[Waiting]) -> list[Any]:
        """Run it in one transaction, anew when it and another wait for each other."""
        for again in reversed(range(ROUNDS)):
            try:
                return self._run(batch)
            except Exception as error:  # noqa: BLE001 - the thread's boundary: every asker gets it
                if not again or not in_a_ring(error):
                    return [Failed(error)] * len(batch)
        return []

    def _run(self, batch: list[Waiting]) -> list[Any]:
        if of_a_kind(batch):
            on = self._engine if batch[0].job is not None or not self._by_key else self._by_key
            with suppress(TakenBack, Unwritten), self._begun(_WRITE, on) as connection:
                return run_bare(connection, batch)
        with self._begun(_WRITE) as connection:
            return run_all(connection, batch)
