"""Opens the database, brings its schema up to date, and runs jobs in transactions.

All writes of a process go through one thread, which commits many at once: a job's answer is given
only after the COMMIT that holds it. On SQLite that is one fsync for the whole batch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from agentguard.errors import StoreError
from agentguard.texts import load

T = TypeVar("T")
A = TypeVar("A")
Job = Callable[[Connection], T]
Together = Callable[[Connection, Sequence[A]], Sequence[T | Exception]]
"""Writes many at once and gives an outcome for each; one that raises is asked for each alone."""

READERS = 2
BUSY_SECONDS = 10
CROWD = 8  # writes of a batch from which on it pays to wait for more
LINGER = 0.004  # seconds


class Busy(Exception):
    """Too many writes wait already."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    job: Job[Any] | None
    together: Together[Any, Any] | None
    asked: Any
    answer: asyncio.Future[Any]


class Database:
    """One database; `start` before the first awaited job, `stop` at the end."""

    def __init__(self, url: str, *, batch: int, most_waiting: int) -> None:
        self._engine = _engine(url)
        self._batch = batch
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(maxsize=most_waiting)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="server-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="server-reader")
        self._task: asyncio.Task[None] | None = None

    def upgrade(self) -> None:
        """Bring the schema up to date.

        Raises:
            StoreError: the database could not be opened or changed.

        """
        logging.getLogger("alembic").setLevel(logging.WARNING)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        try:
            with self._engine.execution_options(writes=True).begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except SQLAlchemyError as error:
            words = load()
            raise StoreError(
                words.say("server.store.unopened"), words.say("server.store.unopened-advice")
            ) from error

    def run(self, job: Job[T]) -> T:
        """Run a job at once in its own transaction; for commands, not for the serving loop."""
        with self._engine.execution_options(writes=True).begin() as connection:
            return job(connection)

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

    async def read(self, job: Job[T]) -> T:
        """Run a job that only reads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    async def write(self, job: Job[T]) -> T:
        """Run a job that writes; the answer comes after its COMMIT.

        Raises:
            Busy: too many writes wait.

        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._enqueue(_Waiting(job, None, None, answer))
        return await answer

    async def write_together(self, together: Together[A, T], asked: A) -> T:
        """Have `asked` written with its like in few statements; the answer follows the COMMIT.

        Raises:
            Busy: too many writes wait.

        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._enqueue(_Waiting(None, together, asked, answer))
        return await answer

    def _enqueue(self, waiting: _Waiting) -> None:
        try:
            self._queue.put_nowait(waiting)
        except asyncio.QueueFull:
            raise Busy from None

    def _read(self, job: Job[T]) -> T:
        with self._engine.connect() as connection:
            return job(connection)

    async def _write_forever(self) -> None:
        loop = asyncio.get_running_loop()
        crowded = False
        while True:
            batch = [await self._queue.get()]
            if crowded:  # wait a moment, since one large commit costs less than two
                await asyncio.sleep(LINGER)
            while len(batch) < self._batch and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            crowded = len(batch) >= CROWD
            outcomes = await loop.run_in_executor(self._writer, self._commit, batch)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _settle(waiting.answer, outcome)
                self._queue.task_done()

    def _commit(self, batch: list[_Waiting]) -> list[Any]:
        """Run a batch in one transaction; a job that fails is undone alone."""
        try:
            with self._engine.execution_options(writes=True).begin() as connection:
                return _run_all(connection, batch)
        except Exception as error:  # noqa: BLE001 - the thread's boundary: every asker gets it
            return [_Failed(error)] * len(batch)


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


def _run_all(connection: Connection, batch: list[_Waiting]) -> list[Any]:
    outcomes: list[Any] = [None] * len(batch)
    alike: dict[Hashable, list[int]] = {}
    for place, waiting in enumerate(batch):
        if waiting.together is not None:
            alike.setdefault(waiting.together, []).append(place)
        elif waiting.job is not None:
            outcomes[place] = _attempt(connection, waiting.job)
    for places in alike.values():
        members = [batch[place] for place in places]
        for place, outcome in zip(places, _attempt_together(connection, members), strict=True):
            outcomes[place] = outcome
    return outcomes


def _attempt(connection: Connection, job: Job[Any]) -> Any:
    try:
        with connection.begin_nested():
            return job(connection)
    except Exception as error:  # noqa: BLE001 - the thread's boundary: the asker gets it
        return _Failed(error)


def _attempt_together(connection: Connection, members: list[_Waiting]) -> Sequence[Any]:
    """Write them at once; when that fails, each alone, so that one hurts nobody else."""
    together = members[0].together
    if together is None:
        return []
    asked = [waiting.asked for waiting in members]
    given = _attempt(connection, lambda c: together(c, asked))
    if not isinstance(given, _Failed):
        return [_Failed(one) if isinstance(one, Exception) else one for one in given]
    if len(members) == 1:
        return [given]
    return [one for waiting in members for one in _attempt_together(connection, [waiting])]


def _settle(answer: asyncio.Future[Any], outcome: Any) -> None:
    if answer.done():  # the asker went away
        return
    if isinstance(outcome, _Failed):
        answer.set_exception(outcome.error)
    else:
        answer.set_result(outcome)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # BEGIN is ours, so that SAVEPOINT and DDL are transactional
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
