"""Statements that go to PostgreSQL together, in one trip, where a transaction was begun for it.

A batch of reports makes two trips: BEGIN, how to plan, and the look at its desks; what it says of
them, and COMMIT (`pipelines`). Everywhere else the same statements go one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

OPEN = "trips"
"""Where a connection keeps the transaction that was begun for this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement that a connection prepares once; `%s` stands for each of its texts."""

    words: str

    @property
    def name(self) -> str:
        """What it is prepared as, which is told by its words.

        So no two have one name: not two of a release, and not of two releases that a pooler gives
        one session.
        """
        return _name(self.words)

    @property
    def numbered(self) -> str:
        """The statement as PostgreSQL itself wants it."""
        first, *others = self.words.split("%s")
        return first + "".join(f"${n}{other}" for n, other in enumerate(others, 1))


@cache
def _name(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:32]


Asked = tuple[Statement, tuple[str, ...]]


class Open(Protocol):
    """A transaction that sends several statements in one trip."""

    def ask(self, asked: Sequence[Asked]) -> Sequence[Any]:
        """Send what waits and these; return the rows of the last."""
        ...

    def ask_each(self, asked: Sequence[Asked]) -> list[Sequence[Any]]:
        """Send what waits and these; return the rows of each."""
        ...

    def tell(self, asked: Sequence[Asked]) -> None:
        """Have these sent with what comes next, at last the COMMIT."""
        ...


class Unwritten(Exception):
    """Nothing of a transaction was written: its connection went, or its last trip was refused.

    It may be tried again in another way.
    """

    def __init__(self, error: DBAPIError) -> None:
        self.error = error


def ask(connection: Connection, *asked: Asked) -> Sequence[Any]:
    """Return the rows of the last of these statements, which go in one trip where they can."""
    opened: Open | None = connection.info.get(OPEN)
    if opened is not None:
        return opened.ask(asked)
    rows: Sequence[Any] = ()
    for one, given in asked:
        rows = connection.exec_driver_sql(one.words, given).all()
    return rows


def ask_each(connection: Connection, *asked: Asked) -> list[Sequence[Any]]:
    """Return the rows of each of these statements, which go in one trip where they can."""
    opened: Open | None = connection.info.get(OPEN)
    if opened is not None:
        return opened.ask_each(asked)
    return [connection.exec_driver_sql(one.words, given).all() for one, given in asked]


def tell(connection: Connection, *asked: Asked) -> None:
    """Send statements that give no rows, where they can with what comes next."""
    opened: Open | None = connection.info.get(OPEN)
    if opened is not None:
        opened.tell(asked)
        return
    for one, given in asked:
        connection.exec_driver_sql(one.words, given)
