"""A database as the last build from before the first release left it, and what a schema is made of.

`tests/vectors/schema` holds it for SQLite and PostgreSQL, written down when the steps 0001 to 0021
still made it: two rows in nearly every table, and three acts that the audit log held before it
became a chain. Nothing writes these files anew.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Inspector, MetaData, create_engine, inspect, select, text

FOLDER = Path(__file__).parents[1] / "vectors" / "schema"
MONTH = re.compile(r"event_[0-9]{6}")
"""The parts of the events' table on PostgreSQL, which come and go."""
Schema = dict[str, list[tuple[Any, ...]]]
_GREAT = {
    "tables": (
        "SELECT relname, relkind::text, relpersistence::text, reloptions::text, "
        "pg_get_partkeydef(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    ),
    "columns": (
        "SELECT relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull, "
        "attidentity::text, attgenerated::text, pg_get_expr(adbin, adrelid) FROM pg_attribute "
        "JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid "
        "AND adnum = attnum WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped"
    ),
    "constraints": (
        "SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
    ),
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "sequences": (
        "SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, "
        "cycle, cache_size FROM pg_sequences WHERE schemaname = 'public'"
    ),
    "triggers": (
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE NOT tgisinternal"
    ),
    "functions": (
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace"
    ),
}


def lay(address: str) -> None:
    """Put it into an empty database."""
    kind = "sqlite" if address.startswith("sqlite") else "postgresql"
    words = (FOLDER / f"0021.{kind}.sql").read_text(encoding="utf-8")
    if kind == "sqlite":
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as file:
            file.executescript(words)
        return
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as server:
        server.execute(words.encode())


def described(address: str) -> Schema:
    """Give all that a schema is made of, but the months of events, in an order that is its own."""
    engine = create_engine(address)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = _lite(connection)
        else:
            found = {
                name: list(map(tuple, connection.execute(text(_GREAT[name])))) for name in _GREAT
            }
    engine.dispose()
    return {
        kind: sorted((row for row in rows if not MONTH.match(str(row[0]))), key=repr)
        for kind, rows in found.items()
    }


def rows(address: str) -> Schema:
    """Give every row of every table."""
    engine = create_engine(address)
    every = MetaData()
    with engine.connect() as connection:
        every.reflect(connection)
        found = {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in every.tables.values()
        }
    engine.dispose()
    return found


def _lite(connection: Connection) -> Schema:
    found: Schema = {"tables": [], "columns": [], "keys": [], "indexes": [], "constraints": []}
    for _, name, *more in _ask(connection, "PRAGMA table_list"):
        found["tables"].append((name, *more))
    names = [name for name, kind, *_ in found["tables"] if kind == "table"]
    for name in (one for one in names if not one.startswith("sqlite_")):
        found["columns"] += [
            (name, *row) for row in _ask(connection, f"PRAGMA table_xinfo({name})")
        ]
        listed = _ask(connection, f"PRAGMA foreign_key_list({name})")
        found["keys"] += [(name, *row[1:]) for row in listed]
        found["constraints"] += _named(inspect(connection), name)
        for _, index, *more in _ask(connection, f"PRAGMA index_list({name})"):
            parts = tuple(_ask(connection, f"PRAGMA index_xinfo({index})"))
            found["indexes"].append((name, index, *more, parts))
    written = "SELECT name, type, tbl_name, sql FROM sqlite_master WHERE type <> 'table'"
    found["written"] = _ask(connection, written)
    return found


def _named(seen: Inspector, table: str) -> list[tuple[Any, ...]]:
    several = (
        *seen.get_unique_constraints(table),
        *seen.get_foreign_keys(table),
        *seen.get_check_constraints(table),
    )
    return [(table, repr(one)) for one in (seen.get_pk_constraint(table), *several)]


def _ask(connection: Connection, words: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(words)]
