"""Transactions of PostgreSQL that plan by keys alone, and make few trips.

psycopg's own pipeline hands the system each statement by itself, and so gains little; this one
writes to libpq all that it has, and then waits once. A trip costs a wait for the database and one
for the interpreter, which takes requests meanwhile.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.waiting import Ready, Wait
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from agentguard.server.store.engine.trips import OPEN, Asked, Statement, Unwritten
from agentguard.server.store.engine.writes import in_a_ring

_PREPARED = "prepared"
_BINARY = 1
_GOOD = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})
_ENDED = "57P0"
"""What the SQLSTATE begins with of a connection that PostgreSQL ends."""
_BEGIN = Statement(words="BEGIN")
_COMMIT = Statement(words="COMMIT")
_BY_KEY = Statement(
    words="SELECT set_config('enable_seqscan', 'off', true), "
    "set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true)",
)
"""Has PostgreSQL plan by keys until the transaction ends: behind a pooler of transactions others
have the session afterwards."""


class Lane:
    """One connection, which commits by itself, so that BEGIN and COMMIT are sent here.

    It is not asked whether it still lives: a batch that finds it dead is told so by `Unwritten`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        event.listen(engine, "before_cursor_execute", _catch_up)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that is committed at the end.

        Raises:
            DBAPIError: it is not known whether it was committed.
            Unwritten: the connection went, or something was refused: nothing was written.

        """
        with self._engine.begin() as connection:
            opened = Transaction(connection)
            connection.info[OPEN] = opened
            try:
                yield connection
                opened.end()
            except BaseException:
                opened.undo()
                raise
            finally:
                if not connection.invalidated:
                    del connection.info[OPEN]

    def dispose(self) -> None:
        """Give up the connection."""
        self._engine.dispose()


class Transaction:
    """A transaction that is begun with what is asked first, and ends with what is told last."""

    __slots__ = ("_begun", "_connection", "_raw", "_waiting")

    def __init__(self, connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        self._connection = connection
        self._raw: psycopg.Connection[Any] = raw
        self._begun = False
        self._waiting: list[Asked] = []

    def ask(self, asked: Sequence[Asked]) -> Sequence[Any]:
        """Send what waits and these; return the rows of the last."""
        return self._rows(self._sent([*self._first(), *self._waiting, *asked])[-1])

    def ask_each(self, asked: Sequence[Asked]) -> list[Sequence[Any]]:
        """Send what waits and these; return the rows of each."""
        results = self._sent([*self._first(), *self._waiting, *asked])
        return [self._rows(one) for one in results[-len(asked) :]]

    def _rows(self, result: pq.abc.PGresult) -> Sequence[Any]:
        made = Transformer(self._raw)
        made.set_pgresult(result)
        return made.load_rows(0, result.ntuples, tuple)

    def tell(self, asked: Sequence[Asked]) -> None:
        """Have these sent with what comes next, at last the COMMIT."""
        self._waiting += asked

    def catch_up(self) -> None:
        """Send what waits, before a statement that goes by itself."""
        if self._waiting or not self._begun:
            self._sent([*self._first(), *self._waiting])

    def end(self) -> None:
        """Commit, if anything was asked or told."""
        if not (self._begun or self._waiting):
            return
        done = self._sent([*self._first(), *self._waiting, (_COMMIT, ())], end=True)[-1]
        if done.command_status != b"COMMIT":
            raise _refused(_COMMIT, psycopg.InternalError("The transaction was undone."))

    def undo(self) -> None:
        """Take back what was asked; a connection that cannot is given up."""
        if not self._connection.invalidated:
            try:
                self._raw.rollback()
            except psycopg.Error:
                self._connection.invalidate()

    def _first(self) -> list[Asked]:
        return [] if self._begun else [(_BEGIN, ()), (_BY_KEY, ())]

    def _sent(self, every: Sequence[Asked], *, end: bool = False) -> list[pq.abc.PGresult]:
        """Send these in one trip and return the result of each.

        Raises:
            DBAPIError: it is not known whether the COMMIT was heard, or two waited for each other.
            Unwritten: the connection went without a COMMIT, or something was refused.

        """
        known: set[str] = self._connection.info.setdefault(_PREPARED, set())
        lacking = list({one.name: one for one, _ in every if one.name not in known}.values())
        at = every[0][0]
        try:
            results = self._raw.wait(_trip(self._raw.pgconn, lacking, every))
            for place, one in enumerate(results):
                at = every[max(0, place - len(lacking))][0]
                if one.status not in _GOOD:
                    raise error_from_result(one, self._raw.info.encoding)
        except psycopg.Error as error:
            gone = _is_gone(self._raw, error)
            self._connection.invalidate()  # what it has prepared is not sure any more
            told = _refused(at, error, gone=gone)
            if not (gone and end) and not in_a_ring(told):
                raise Unwritten(told) from error
            raise told from error
        known.update(one.name for one in lacking)
        self._begun, self._waiting = not end, []
        return results[len(lacking) :]


def _catch_up(connection: Connection, *_given: object) -> None:
    opened = connection.info.get(OPEN)
    if opened is not None:
        opened.catch_up()


def _trip(
    pgconn: pq.abc.PGconn, lacking: Sequence[Statement], every: Sequence[Asked]
) -> Generator[Wait, Ready | int, list[pq.abc.PGresult]]:
    """Send statements, and those of them that are to be prepared; give the result of each."""
    results: list[pq.abc.PGresult] = []
    pgconn.enter_pipeline_mode()
    for one in lacking:
        pgconn.send_prepare(one.name.encode(), one.numbered.encode())
    for one, given in every:
        texts = [text.encode() for text in given]
        pgconn.send_query_prepared(one.name.encode(), texts, result_format=_BINARY)
    pgconn.pipeline_sync()
    wait = Wait.RW if pgconn.flush() else Wait.R
    while True:
        ready = yield wait
        if ready & Ready.R:
            pgconn.consume_input()
            if _is_whole(pgconn, results):
                pgconn.exit_pipeline_mode()
                return results
        if wait == Wait.RW and ready & Ready.W and not pgconn.flush():
            wait = Wait.R


def _is_whole(pgconn: pq.abc.PGconn, results: list[pq.abc.PGresult]) -> bool:
    """Take over the results that are there; True when these were the last."""
    ended = False
    while not pgconn.is_busy():
        got = pgconn.get_result()
        if got is None:  # after each statement's result, and when there is no more
            if ended:
                return False
            ended = True
        elif got.status == pq.ExecStatus.PIPELINE_SYNC:
            return True
        else:
            ended = False
            results.append(got)
    return False


def _is_gone(raw: psycopg.Connection[Any], error: psycopg.Error) -> bool:
    return raw.pgconn.status == pq.ConnStatus.BAD or (error.sqlstate or "").startswith(_ENDED)


def _refused(asked: Statement, error: psycopg.Error, *, gone: bool = False) -> DBAPIError:
    """Return the error as SQLAlchemy raises it, without what was given."""
    made = DBAPIError.instance(asked.words, None, error, psycopg.Error, connection_invalidated=gone)
    return cast("DBAPIError", made)  # psycopg's errors always become one
