"""The lines of a backup: a head, then for each table its name, its rows and what they add up to.

A line is JSON. A table's sum is that of its rows' hashes, which no order of rows changes, so that
one database's rows can be compared with another's.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, Table, select

FORMAT = 1
_SPACE = 2**256
_ENCODER = msgspec.json.Encoder()


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: `revision` is the schema's, `files` the endpoint's keys by name."""

    agentguard: int = FORMAT
    revision: str
    made_at: str
    files: dict[str, bytes]


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """Before a table's rows."""

    table: str
    columns: list[str]


class End(msgspec.Struct, frozen=True, kw_only=True):
    """After a table's rows."""

    rows: int
    sum: str


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The last line, without which a backup is cut."""

    tables: int


class Sum:
    """What the rows of a table add up to."""

    def __init__(self) -> None:
        self.rows = 0
        self._value = 0

    def add(self, line: bytes) -> None:
        """Add a row's line."""
        self.rows += 1
        self._value = (self._value + int.from_bytes(hashlib.sha256(line).digest())) % _SPACE

    @property
    def end(self) -> End:
        """Return the line that ends the table."""
        return End(rows=self.rows, sum=f"{self._value:064x}")


def line(value: object) -> bytes:
    """Return a line without its newline."""
    return _ENCODER.encode(value)


def rows(connection: Connection, table: Table, columns: list[str]) -> Iterator[bytes]:
    """Yield the lines of a table's rows."""
    asked = select(*(table.c[name] for name in columns)).execution_options(yield_per=1000)
    for row in connection.execute(asked):
        yield line(list(row))


def values(table: Table, columns: list[str], row: list[Any]) -> dict[str, Any]:
    """Return a row's values by column.

    Raises:
        ValueError: the row is not one of the table.

    """
    given = dict(zip(columns, row, strict=True))
    for name, value in given.items():
        if value is not None and isinstance(table.c[name].type, LargeBinary):
            given[name] = base64.b64decode(value, validate=True)
    return given
