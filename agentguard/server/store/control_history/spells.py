"""Spells of a desk that follow each other: one ends where the next begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.control_tables import held_desk

DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From `at` on a desk has another `value`; `since` is when its last spell began, if any."""

    desk: int
    at: int
    value: int
    since: int | None


def newest(
    connection: Connection, table: Table, column: str, desks: Iterable[int]
) -> dict[int, tuple[int, int]]:
    """Return since when each desk is in its open spell, and the value of that."""
    rows = connection.execute(
        select(table.c.desk, table.c.since, table.c[column]).where(
            table.c.desk.in_(sorted(set(desks))), table.c.until.is_(None)
        )
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def turn(connection: Connection, table: Table, column: str, turns: Sequence[Turn]) -> None:
    """End the open spells of desks and begin others; at most one turn of each desk.

    One that would have no length gives way to the next. A clock that was set back ends nothing
    before it began.
    """
    if not turns:
        return
    ended = [
        (one.desk, one.since, max(one.at, one.since)) for one in turns if one.since is not None
    ]
    gone = [{"k": desk, "s": since} for desk, since, at in ended if at == since]
    closed = [{"k": desk, "s": since, "at": at} for desk, since, at in ended if at > since]
    mine = (table.c.desk == bindparam("k")) & (table.c.since == bindparam("s"))
    if gone:
        connection.execute(delete(table).where(mine), gone)
    if closed:
        connection.execute(update(table).where(mine).values(until=bindparam("at")), closed)
    rows = [
        {
            "desk": one.desk,
            "since": one.at if one.since is None else max(one.at, one.since),
            "until": None,
            column: one.value,
        }
        for one in turns
    ]
    put(connection, table, ["desk", "since"], rows)


def put(connection: Connection, table: Table, key: list[str], rows: list[dict[str, Any]]) -> None:
    """Write rows; one that begins where another did takes its place."""
    if rows:
        made = upsert(connection, table)
        others = {name: made.excluded[name] for name in rows[0] if name not in key}
        connection.execute(made.on_conflict_do_update(index_elements=key, set_=others), rows)


def touch(connection: Connection, touched: Iterable[tuple[int, int]], now: int) -> None:
    """Write down that something was learned of a moment of a day before; today is summed anyway."""
    late = [{"k": desk, "at": at} for desk, at in touched if at < now // DAY * DAY]
    if late:
        older = held_desk.c.touched.is_(None) | (held_desk.c.touched > bindparam("at"))
        mine = (held_desk.c.number == bindparam("k")) & older
        connection.execute(update(held_desk).where(mine).values(touched=bindparam("at")), late)
