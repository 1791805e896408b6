"""How connections to each kind of database are opened and begun."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event

BUSY_SECONDS = 10


def make(url: str) -> Engine:
    """Give the engine of a database's address."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True)
        event.listen(engine, "connect", _plan_plainly)
        return engine
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # BEGIN is ours, so that SAVEPOINT and DDL are transactional
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")
    raw.create_function("casefold", 1, _folded, deterministic=True)


def _folded(text: str | None) -> str | None:
    """Fold a name: SQLite's own `lower` knows the letters of ASCII alone."""
    return None if text is None else text.casefold()


def _plan_plainly(raw: Any, _record: object) -> None:
    """Leave out PostgreSQL's compiler: it is made for queries of seconds, not for pages."""
    with raw.cursor() as cursor:
        cursor.execute("SET jit = off")
    raw.commit()
