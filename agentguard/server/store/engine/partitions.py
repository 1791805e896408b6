"""Cuts the events of PostgreSQL by month: made ahead, dropped whole when they are old.

SQLite keeps one table; there is nothing to do. A month is made as a table of its own and then
attached, which stops nobody who writes. No partition catches what fits nowhere: a month that is
missing is made by whoever needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from weakref import WeakSet

from sqlalchemy import Connection, text

MAKING = 0x41477061  # the advisory lock of who makes a month
AHEAD = 2  # months that are made before they begin
PREFIX = "event_"
_THERE = text("SELECT to_regclass(:name) IS NOT NULL")
_PARTS = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
    "WHERE inhparent = 'event'::regclass AND NOT inhdetachpending ORDER BY child.relname"
)


_PENDING = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
    "WHERE inhparent = 'event'::regclass AND inhdetachpending"
)
_ORPHANS = text(
    "SELECT relname FROM pg_class WHERE relname ~ '^event_[0-9]{6}$' AND relkind = 'r' "
    "AND pg_table_is_visible(oid) AND NOT relispartition"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month's table; it holds what came from `begin` on and before `end`."""

    number: int  # months since the year 0

    @classmethod
    def of(cls, at: float) -> Month:
        """Return the month of a wall time in seconds."""
        day = datetime.fromtimestamp(at, UTC)
        return cls(number=day.year * 12 + day.month - 1)

    @property
    def name(self) -> str:
        """The table's name."""
        return f"{PREFIX}{self.number // 12:04}{self.number % 12 + 1:02}"

    @property
    def begin(self) -> float:
        """Its first moment."""
        return datetime(self.number // 12, self.number % 12 + 1, 1, tzinfo=UTC).timestamp()

    @property
    def end(self) -> float:
        """The next month's first moment."""
        return Month(number=self.number + 1).begin


class Ready:
    """Remembers which months are there, so that a write need not ask."""

    def __init__(self) -> None:
        self._there: set[tuple[str, int]] = set()
        self._made: WeakSet[Connection] = WeakSet()

    def be(self, connection: Connection, at: float) -> None:
        """See that the month of `at` is there."""
        if connection.dialect.name != "postgresql":
            return
        month = Month.of(at)
        key = str(connection.engine.url), month.number
        if key in self._there:
            return
        if not _there(connection, month):
            _make(connection, month)
            self._made.add(connection)
        elif connection not in self._made:  # what it made itself may yet be undone with it
            self._there.add(key)


def make_ahead(connection: Connection, now: float) -> None:
    """Make this month and the next ones."""
    if connection.dialect.name == "postgresql":
        for later in range(AHEAD + 1):
            month = Month(number=Month.of(now).number + later)
            if not _there(connection, month):
                _make(connection, month)


def months(connection: Connection) -> Iterator[Month]:
    """Yield the months that are there, the oldest first."""
    if connection.dialect.name == "postgresql":
        yield from (_named(name) for name in connection.scalars(_PARTS))


def leftovers(connection: Connection) -> Iterator[Month]:
    """Yield the months that were to be dropped when somebody cut it short, now out of the table."""
    if connection.dialect.name == "postgresql":
        for name in connection.scalars(_PENDING).all():
            connection.exec_driver_sql(f"ALTER TABLE event DETACH PARTITION {name} FINALIZE")
        yield from (_named(name) for name in connection.scalars(_ORPHANS).all())


def detach(connection: Connection, month: Month) -> None:
    """Take a month out; in a connection that commits each statement."""
    connection.exec_driver_sql(f"ALTER TABLE event DETACH PARTITION {month.name} CONCURRENTLY")


def drop(connection: Connection, month: Month) -> None:
    """Delete a month that was taken out."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {month.name}")


def _named(name: str) -> Month:
    digits = name.removeprefix(PREFIX)
    return Month(number=int(digits[:4]) * 12 + int(digits[4:]) - 1)


def _there(connection: Connection, month: Month) -> bool:
    return bool(connection.scalar(_THERE, {"name": month.name}))


def _make(connection: Connection, month: Month) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MAKING})")
    if _there(connection, month):
        return
    connection.exec_driver_sql(f"CREATE TABLE {month.name} (LIKE event INCLUDING ALL)")
    connection.exec_driver_sql(
        f"ALTER TABLE event ATTACH PARTITION {month.name} "
        f"FOR VALUES FROM ({month.begin}) TO ({month.end})"
    )
