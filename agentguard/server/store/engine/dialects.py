"""How connections to each kind of database are opened and begun."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from agentguard.server.store.engine.pipelines import Lane

BUSY_SECONDS = 10


def make(url: str) -> Engine:
    """Return the engine of a database's address."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True)
        event.listen(engine, "connect", _plan_plainly)
        return engine
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def by_key(url: str) -> Lane | None:
    """Return the lane for writes that look a few rows up by their keys; on SQLite there is none.

    PostgreSQL plans them without counting rows. Where it has not counted yet, after an upgrade, a
    restore or the first morning, it would read whole tables for each batch, and even where it has,
    planning costs more than the batch. One connection knows its statements for good.
    """
    if url.startswith("sqlite"):
        return None
    from agentguard.server.store.engine.pipelines import Lane  # noqa: PLC0415 - loads the driver

    engine = create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0, pool_reset_on_return=None
    )
    event.listen(engine, "connect", _plan_plainly)
    return Lane(engine)


def file_of(url: str) -> Path | None:
    """Return the file of a database that is one."""
    name = make_url(url).database if url.startswith("sqlite") else None
    return Path(name) if name and name != ":memory:" else None


class Gone(SQLAlchemyError):
    """The database's file is not there any more, though it is still open."""


class Place:
    """Where a database's file is: what was removed is written to by nobody, and kept by none."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: tuple[int, int] | None = None

    def is_another(self) -> bool:
        """Check whether another file lies there than at the last look.

        Raises:
            Gone: none does.

        """
        if self._file is None:
            return False
        try:
            found = self._file.stat()
        except OSError as error:
            if self._known is None:  # it is made with the first write
                return False
            raise Gone from error
        before, self._known = self._known, (found.st_dev, found.st_ino)
        return before not in {None, self._known}


def _prepare(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # BEGIN is ours, so that SAVEPOINT and DDL are transactional
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")
    raw.create_function("casefold", 1, _folded, deterministic=True)


def _folded(text: str | None) -> str | None:
    """Fold a name: SQLite's own `lower` knows the letters of ASCII alone."""
    return None if text is None else text.casefold()


def _plan_plainly(raw: Any, _record: object) -> None:
    """Leave out PostgreSQL's compiler and its helpers, which are for queries of seconds, not pages.

    A statement that several processes share costs more of the processor in all.
    """
    with raw.cursor() as cursor:
        cursor.execute("SET jit = off")
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    raw.commit()
