"""Opens the database, brings its schema up to date, and runs jobs in transactions.

All writes of a process go through one thread, which commits many at once: a job's answer is given
only after the COMMIT that holds it. On SQLite that is one fsync for the whole batch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
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
Job = Callable[[Connection], T]

READERS = 2
BUSY_SECONDS = 10


class Busy(Exception):
    """Too many writes wait already."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    job: Job[Any]
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
        try:
            self._queue.put_nowait(_Waiting(job, answer))
        except asyncio.QueueFull:
            raise Busy from None
        return await answer

    def _read(self, job: Job[T]) -> T:
        with self._engine.connect() as connection:
            return job(connection)

    async def _write_forever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._queue.get()]
            while len(batch) < self._batch and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            outcomes = await loop.run_in_executor(self._writer, self._commit, batch)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _settle(waiting.answer, outcome)
                self._queue.task_done()

    def _commit(self, batch: list[_Waiting]) -> list[Any]:
        """Run a batch in one transaction; a job that fails is undone alone."""
        try:
            with self._engine.execution_options(writes=True).begin() as connection:
                return [_attempt(connection, waiting.job) for waiting in batch]
        except Exception as error:  # noqa: BLE001 - the thread's boundary: every asker gets it
            return [_Failed(error)] * len(batch)


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


def _attempt(connection: Connection, job: Job[Any]) -> Any:
    try:
        with connection.begin_nested():
            return job(connection)
    except Exception as error:  # noqa: BLE001 - the thread's boundary: the asker gets it
        return _Failed(error)


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
