"""Spells of a desk that follow each other: one ends where the next begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.arrays import Look, Rows
from agentguard.server.store.schema.control_tables import (
    desk_team,
    held_desk,
    in_force,
    presence,
)

DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From `at` on a desk has another `value`; `since` is when its last spell began, if any."""

    desk: int
    at: int
    value: int
    since: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spells:
    """What a batch asks and says of a table of spells."""

    open: Look
    put: Rows
    close: Rows
    gone: Rows


def _spells(table: Table, column: str) -> Spells:
    key = ["desk", "since"]
    asked = f'SELECT desk, since, "{column}" FROM {table.name} WHERE desk {{}} AND until IS NULL'  # noqa: S608 - names of our own tables
    return Spells(
        open=arrays.look(asked, table.c.desk),
        put=arrays.put(table, key, "until", column),
        close=arrays.change(table, key, "until"),
        gone=arrays.gone(table, *key),
    )


PRESENCE = _spells(presence, "kind")
IN_FORCE = _spells(in_force, "policy")
DESK_TEAM = _spells(desk_team, "team")
_TOUCH = arrays.change(
    held_desk,
    ["number"],
    "touched",
    only="(old.touched IS NULL OR old.touched > {touched})",
)
Newest = Mapping[int, tuple[int, int]]
"""Since when each desk is in its open spell, and the value of that."""


def newest(connection: Connection, table: Spells, desks: Iterable[int]) -> Newest:
    """Return the open spells of desks."""
    return held(arrays.find(connection, table.open, sorted(set(desks))))


def held(rows: Iterable[Any]) -> Newest:
    """Return the open spells as they were found."""
    return {row[0]: (row[1], row[2]) for row in rows}


def turn(connection: Connection, table: Spells, turns: Sequence[Turn]) -> None:
    """End the open spells of desks and begin others; at most one turn of each desk.

    One that would have no length gives way to the next. A clock that was set back ends nothing
    before it began.
    """
    ended = [
        (one.desk, one.since, max(one.at, one.since)) for one in turns if one.since is not None
    ]
    arrays.say(connection, table.gone, [(desk, since) for desk, since, at in ended if at == since])
    closed = [(at, desk, since) for desk, since, at in ended if at > since]
    arrays.say(connection, table.close, closed)
    rows = [
        (one.desk, one.at if one.since is None else max(one.at, one.since), None, one.value)
        for one in turns
    ]
    arrays.say(connection, table.put, rows)


def touch(connection: Connection, touched: Iterable[tuple[int, int]], now: int) -> None:
    """Write down that something was learned of a moment of a day before; today is summed anyway."""
    oldest: dict[int, int] = {}
    for desk, at in touched:
        if at < now // DAY * DAY:
            oldest[desk] = min(at, oldest.get(desk, at))
    arrays.say(connection, _TOUCH, [(at, desk) for desk, at in oldest.items()])
