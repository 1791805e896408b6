"""Statements about many rows: PostgreSQL is given each column as the text of an array.

There a statement for each row costs the driver and the database more than the row, and the driver
takes ten times as long to write an array. SQLite is given the rows one by one, which costs little.
What is written here takes no trip of its own where others are made anyway (`trips`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)

from agentguard.server.store.engine import trips
from agentguard.server.store.engine.trips import Statement

_JSON = msgspec.json.Encoder()
_POSTGRESQL = "postgresql"
Row = tuple[Any, ...]


def numbers(column: Iterable[float | None]) -> str:
    """Return numbers as PostgreSQL writes an array, None as NULL."""
    return "{" + ",".join(map(str, column)).replace("None", "NULL") + "}"


def flags(column: Iterable[bool]) -> str:
    """Return truths as PostgreSQL writes an array."""
    return "{" + ",".join(["t" if one else "f" for one in column]) + "}"


def words(column: Sequence[str]) -> str:
    """Return texts as PostgreSQL writes an array: each quoted, with a backslash before a quote."""
    together = '","'.join(column)
    if "\\" in together or together.count('"') != 2 * (len(column) - 1):
        each = [one.replace("\\", "\\\\").replace('"', '\\"') for one in column]
        together = '","'.join(each)
    return '{"' + together + '"}' if column else "{}"


def octets(column: Iterable[bytes]) -> str:
    """Return bytes as PostgreSQL writes an array."""
    return "{" + ",".join(['"\\\\x' + one.hex() + '"' for one in column]) + "}"


_KINDS: tuple[tuple[Any, str, Callable[[Any], str]], ...] = (
    (BigInteger, "bigint", numbers),
    (SmallInteger, "smallint", numbers),
    (Integer, "integer", numbers),
    (Float, "float8", numbers),
    (Boolean, "boolean", flags),
    (String, "text", words),
    (LargeBinary, "bytea", octets),
)
"""What a column is here, what at PostgreSQL, and how many of them are written as one array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A statement about rows, each of which has its values in one order.

    `key` are the places of those that say which row it is; without any all are new.
    """

    statement: Statement
    lite: str
    kinds: tuple[Callable[[Any], str], ...]
    key: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A question for the rows in which a column is one of many values."""

    statement: Statement
    lite: str
    kind: Callable[[Any], str]


def look(asked: str, column: Column[Any]) -> Look:
    """Return a question, in which `{}` stands for "is one of those"."""
    kind, write = _kind(column)
    return Look(
        statement=Statement(words=asked.format(f"= ANY(%s::{kind}[])")),
        lite=asked.format("IN (SELECT value FROM json_each(?))"),
        kind=write,
    )


def new(table: Table, *columns: str) -> Rows:
    """Return the statement that adds rows."""
    return _insert(table, columns)


def once(table: Table, key: Sequence[str], *others: str) -> Rows:
    """Return the statement that adds rows; one whose key is there already stays as it is."""
    return _insert(table, (*key, *others), f" ON CONFLICT ({_named(key)}) DO NOTHING", len(key))


def put(table: Table, key: Sequence[str], *others: str) -> Rows:
    """Return the statement that adds rows; one with the same key gets their other values."""
    sets = ", ".join([f'"{one}" = excluded."{one}"' for one in others])
    end = f" ON CONFLICT ({_named(key)}) DO UPDATE SET {sets}"
    return _insert(table, (*key, *others), end, len(key))


def change(table: Table, key: Sequence[str], *others: str, only: str = "") -> Rows:
    """Return the statement that gives rows other values; in each its key comes after them.

    `only` narrows which, in SQL that calls the table `old`; `{name}` stands for a new value there.
    """
    columns = (*others, *key)
    sets = ", ".join([f'"{one}" = new."{one}"' for one in others])
    lite = ", ".join([f'"{one}" = ?{n}' for n, one in enumerate(others, 1)])
    begun = f'UPDATE "{table.name}" AS old SET '  # noqa: S608 - names of our own tables, no values
    return _of_key(table, columns, (f"{begun}{sets} FROM", f"{begun}{lite}"), key=key, only=only)


def gone(table: Table, *key: str) -> Rows:
    """Return the statement that deletes the rows of a key."""
    begun = f'DELETE FROM "{table.name}" AS old'  # noqa: S608 - names of our own tables, no values
    return _of_key(table, key, (f"{begun} USING", begun), key=key)


def say(connection: Connection, rows: Rows, given: Sequence[Row]) -> None:
    """Send a statement about rows; of several with one key the last counts."""
    if not given:
        return
    if connection.dialect.name != _POSTGRESQL:
        connection.exec_driver_sql(rows.lite, list(given))
        return
    if rows.key and len(given) > 1:
        once = {tuple([row[place] for place in rows.key]): row for row in given}
        given = given if len(once) == len(given) else list(once.values())
    columns = zip(*given, strict=True)
    texts = tuple([kind(column) for kind, column in zip(rows.kinds, columns, strict=True)])
    trips.tell(connection, (rows.statement, texts))


def find(connection: Connection, asked: Look, values: Iterable[Any]) -> Sequence[Any]:
    """Return the rows that a question asks for."""
    return find_each(connection, (asked, values))[0]


def find_each(connection: Connection, *asked: tuple[Look, Iterable[Any]]) -> list[Sequence[Any]]:
    """Return the rows that each of these asks for, in one trip; of no values there are none."""
    every = [(one, list(values)) for one, values in asked]
    some = [(one, values) for one, values in every if values]
    if connection.dialect.name == _POSTGRESQL:
        sent = [(one.statement, (one.kind(values),)) for one, values in some]
        found = iter(trips.ask_each(connection, *sent) if sent else ())
    else:
        found = iter(
            [
                connection.exec_driver_sql(one.lite, (_JSON.encode(values).decode(),)).all()
                for one, values in some
            ]
        )
    return [next(found) if values else () for _, values in every]


def _insert(table: Table, columns: Sequence[str], end: str = "", key: int = 0) -> Rows:
    """Return a statement that adds rows; so many of the columns, the first, are their key."""
    names = _named(columns)
    arrays, kinds = _arrays(table, columns)
    marks = ", ".join("?" * len(columns))
    begun = f'INSERT INTO "{table.name}" ({names})'
    words = f"{begun} SELECT * FROM unnest({arrays}){end}"  # noqa: S608 - names of our own tables, no values
    return Rows(
        statement=Statement(words=words),
        lite=f"{begun} VALUES ({marks}){end}",
        kinds=kinds,
        key=tuple(range(key)),
    )


def _of_key(
    table: Table,
    columns: Sequence[str],
    begun: tuple[str, str],
    *,
    key: Sequence[str],
    only: str = "",
) -> Rows:
    """Return a statement about rows whose key is the last of the columns; `begun` for each kind."""
    first = len(columns) - len(key)
    arrays, kinds = _arrays(table, columns)
    more = f" AND {only}" if only else ""
    same = " AND ".join([f'old."{one}" = {{{one}}}' for one in key]) + more
    ours = {one: f'new."{one}"' for one in columns}
    marks = {one: f"?{n}" for n, one in enumerate(columns, 1)}
    unnested = f"unnest({arrays}) AS new ({_named(columns)})"
    return Rows(
        statement=Statement(words=f"{begun[0]} {unnested} WHERE {same.format_map(ours)}"),
        lite=f"{begun[1]} WHERE {same.format_map(marks)}",
        kinds=kinds,
        key=tuple(range(first, len(columns))),
    )


def _named(columns: Sequence[str]) -> str:
    return ", ".join([f'"{one}"' for one in columns])


def _arrays(table: Table, columns: Sequence[str]) -> tuple[str, tuple[Callable[[Any], str], ...]]:
    every = [_kind(table.c[one]) for one in columns]
    return ", ".join([f"%s::{kind}[]" for kind, _ in every]), tuple([write for _, write in every])


def _kind(column: Column[Any]) -> tuple[str, Callable[[Any], str]]:
    return next((kind, write) for of, kind, write in _KINDS if isinstance(column.type, of))
