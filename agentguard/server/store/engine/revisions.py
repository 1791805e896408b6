"""Brings the schema to a revision, in the transaction that is given, and tells who may write to it.

A migration that programs of before can live with names, as its `LEAST`, the oldest revision whose
programs may still write; one without a name ends the writing of all before it. The table
`schema_least` holds the newest of these, so that a process of the release before knows what a
newer one has done, and serves on or stops.

The first migration stands for those from before the first release and names them in `REPLACES`. A
database at one of these is left as it is: only a program that still has them can go on from there.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    TableClause,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
)
from sqlalchemy.exc import SQLAlchemyError

from agentguard.server.store import schema
from agentguard.server.store.schema.history_tables import schema_least

ALONE = 0x41477570  # the advisory lock of who changes the schema
LOCK_SECONDS = 10
HEAD = "head"
VERSION = table("alembic_version", column("version_num"))
"""Alembic's own, read by one statement: it would make a table for each look, and SQLAlchemy keep
the statement of each."""
APART = frozenset({VERSION.name, str(schema_least.name)})
"""Tables of the schema itself, which hold a row in an empty database."""


class Outdated(SQLAlchemyError):
    """A newer release does not let this one write any more."""


class Replaced(SQLAlchemyError):
    """The tables are of a time whose migrations this release has no more."""


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Upgrade; on PostgreSQL nobody else does meanwhile, and no table in use is waited for long.

    A schema of a newer release that lets this one write is left as it is.

    Raises:
        Outdated: it does not let this one write.
        Replaced: the tables, or the revision that is asked for, are from before the first release.

    """
    _alone(connection)
    judge(connection)
    if replaced(found(connection)) or replaced(revision):
        raise Replaced
    if not found(connection) or known(found(connection)):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        _mark(connection, _least(found(connection)))


def announce(connection: Connection) -> str | None:
    """Tell programs of before that they may not write any more, before their tables are changed.

    Gives what stood there before, for `withdraw`; None when they may, or when there is none of
    them, as on SQLite, which has one process.
    """
    if connection.dialect.name != "postgresql":
        return None
    _alone(connection)
    before, wanted = least(connection), _least(newest())
    if not before or not (known(before) or replaced(before)) or before >= wanted:
        return None
    _mark(connection, wanted)
    return before


def withdraw(connection: Connection, before: str) -> None:
    """Let programs of before write again, since nothing was changed."""
    _mark(connection, before)


def judge(connection: Connection) -> None:
    """See that this program may write.

    Raises:
        Outdated: a newer release has ended it.

    """
    if not lets_write(connection):
        raise Outdated


def lets_write(connection: Connection) -> bool:
    """Check whether no newer release has made the tables into something else."""
    oldest = least(connection) or found(connection)
    return not oldest or known(oldest) or replaced(oldest)


def found(connection: Connection) -> str:
    """Return the revision of the tables; empty for a database without any."""
    if not _there(connection, VERSION):
        return ""
    return connection.scalar(select(VERSION.c.version_num)) or ""


def least(connection: Connection) -> str:
    """Return the oldest revision whose programs may write; empty where that was never written."""
    if not _there(connection, schema_least):
        return ""
    return connection.scalar(select(schema_least.c.revision)) or ""


@cache
def newest() -> str:
    """Return the revision that this release wants."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


@cache
def known(revision: str) -> bool:
    """Check whether this release knows a revision."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


@cache
def replaced(revision: str) -> bool:
    """Check whether a revision is from before the first release, which one step covers."""
    every = ScriptDirectory.from_config(_config()).walk_revisions()
    return any(revision in getattr(one.module, "REPLACES", ()) for one in every)


@cache
def _least(revision: str) -> str:
    """Return the oldest revision whose programs may write once this one is reached."""
    every = ScriptDirectory.from_config(_config()).iterate_revisions(revision, "base")
    return max((getattr(one.module, "LEAST", one.revision) for one in every), default="")


def _mark(connection: Connection, revision: str) -> None:
    if _there(connection, schema_least) and least(connection) != revision:
        connection.execute(delete(schema_least))
        connection.execute(insert(schema_least).values(revision=revision))


def _there(connection: Connection, wanted: TableClause) -> bool:
    return inspect(connection).has_table(str(wanted.name))


def _alone(connection: Connection) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(ALONE)))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")


def _config() -> Config:
    config = Config()
    migrations = Path(schema.__file__).parent / "migrations"
    config.set_main_option("script_location", str(migrations))
    return config
