"""Brings the schema to a revision, in the transaction that is given."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select

from agentguard.server.store import schema

ALONE = 0x41477570  # the advisory lock of who changes the schema
LOCK_SECONDS = 10
HEAD = "head"


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Upgrade; on PostgreSQL nobody else does meanwhile, and no table in use is waited for long."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(ALONE)))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@cache
def newest() -> str:
    """Give the revision that this release wants."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


@cache
def known(revision: str) -> bool:
    """Tell whether this release knows a revision."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def _config() -> Config:
    config = Config()
    migrations = Path(schema.__file__).parent / "migrations"
    config.set_main_option("script_location", str(migrations))
    return config
