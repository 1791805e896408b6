"""Fills an endpoint's database with the programs of a fleet, each desk having 150 of thousands.

Sixty products are on most desks in a few versions, and their makers keep them up or not; the rest
are names that no rule knows, some common and most rare. What is kept in counts is counted from the
rows themselves. Written for SQLite with its own statements, and desk by desk in the order of its
keys, so that fifteen million rows are a few minutes.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from functools import partial

import _fleet
from sqlalchemy import Connection, insert

from agentguard.server.store.schema.software_tables import program

EACH = 150  # programs of a desk
COMMON, RARE = 60, 3000  # products on most desks, and names
STATES = ("exploited", "ended", "ending", "unknown", "allowed", "supported")
WEIGHTS = (1, 8, 5, 6, 4, 76)  # of a hundred versions of a common product
MANNERS = 500  # of desks, by the names that they have
AT_ONCE = 2000  # desks
WEEKS = 13
DAY = 86_400.0
_WHY = '{"id":"support.until","params":{"date":"2027-03-31"}}'
_USUAL = [1 / (place + 3) for place in range(RARE)]
_INDEX = "CREATE INDEX ix_device_program_of ON device_program (program, device)"
Versions = list[list[int]]


def fill(run: Callable[[Callable[[Connection], None]], None], desks: int) -> None:
    """Fill the tables of a fleet that is there; `run` runs a job in a transaction."""
    dice = random.Random(1)
    versions: Versions = []
    run(lambda c: versions.extend(_versions(c, dice)))
    names = [_names(dice, versions) for _ in range(MANNERS)]
    every = sorted(_fleet.identity(n) for n in range(desks))
    run(lambda c: _executed(c, "DROP INDEX ix_device_program_of"))
    for first in range(0, desks, AT_ONCE):
        some = every[first : first + AT_ONCE]
        run(partial(_desks, dice=dice, some=some, versions=versions, names=names))
    for statement in (_INDEX, *_COUNTS.split(";")):
        run(partial(_executed, statement=statement))


def _versions(connection: Connection, dice: random.Random) -> Iterator[list[int]]:
    rows, number = [], 0
    for place in range(COMMON + RARE):
        known = place < COMMON
        own = []
        for step in range(dice.randrange(6, 20) if known else dice.randrange(1, 8)):
            number += 1
            state = dice.choices(STATES, WEIGHTS)[0] if known else "unknown"
            rows.append(_version(number, place, step, state))
            own.append(number)
        yield own
    connection.execute(insert(program), rows)


def _version(number: int, place: int, step: int, state: str) -> dict[str, object]:
    known = place < COMMON
    return {
        "id": number,
        "digest": hashlib.sha256(number.to_bytes(8, "big")).digest(),
        "name": f"Program {place:04}",
        "version": f"{step}.{number % 7}.{number}",
        "publisher": f"Maker {place % 400} Ltd",
        "kind": "program",
        "arch": "x64",
        "scope": "machine",
        "first_seen": _fleet.NOW - (number % 200) * DAY,
        "product": f"product-{place}" if known else "",
        "title": f"Product {place}" if known else "",
        "state": state,
        "rank": STATES.index(state),
        "since": _fleet.NOW - (number % 90) * DAY,
        "ends": "2027-03-31" if known else "",
        "why": _WHY,
    }


def _names(dice: random.Random, versions: Versions) -> list[int]:
    """Give the versions of names that no rule knows which desks of one manner have."""
    chosen: set[int] = set()
    while len(chosen) < EACH - COMMON:
        own = versions[dice.choices(range(COMMON, COMMON + RARE), _USUAL)[0]]
        chosen.add(own[int(dice.random() ** 2 * len(own))])
    return sorted(chosen)


def _desks(
    connection: Connection,
    dice: random.Random,
    some: list[str],
    versions: Versions,
    names: Versions,
) -> None:
    rows = [
        (device, one, _fleet.NOW - int(dice.random() * WEEKS * 7) * DAY)
        for device in some
        for one in (*map(dice.choice, versions[:COMMON]), *dice.choice(names))
    ]
    connection.exec_driver_sql(
        "INSERT INTO device_program (device, program, first_seen) VALUES (?, ?, ?)", rows
    )
    gone = [
        (device, dice.choice(dice.choice(versions[:COMMON])), first, first + DAY)
        for device, _, first in rows[::10]
    ]
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO device_program_past (device, program, first_seen, gone_at)"
        " VALUES (?, ?, ?, ?)",
        gone,
    )


def _executed(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


_COUNTS = """
INSERT INTO program_count (program, desks)
    SELECT program, count(*) FROM device_program GROUP BY program;
INSERT INTO product_count (product, rank, desks)
    SELECT product, rank, count(*) FROM (
        SELECT h.device, p.product, min(p.rank) AS rank
        FROM device_program h CROSS JOIN program p ON p.id = h.program
        WHERE p.product > '' GROUP BY h.device, p.product
    ) GROUP BY product, rank;
INSERT INTO device_inventory (
    device, digest, seen_at, changed_at, programs, rank, since,
    exploited, ended, ending, unknown, allowed, supported
)
    SELECT h.device, '', max(h.first_seen), max(h.first_seen), count(*), min(p.rank), 0,
        sum(p.rank = 0), sum(p.rank = 1), sum(p.rank = 2),
        sum(p.rank = 3), sum(p.rank = 4), sum(p.rank = 5)
    FROM device_program h CROSS JOIN program p ON p.id = h.program GROUP BY h.device;
INSERT INTO program_day (at, program, came, went)
    SELECT at, program, sum(came), sum(went) FROM (
        SELECT first_seen - first_seen % 86400 AS at, program, 1 AS came, 0 AS went
        FROM device_program
        UNION ALL SELECT gone_at - gone_at % 86400, program, 0, 1 FROM device_program_past
    ) GROUP BY at, program
"""
