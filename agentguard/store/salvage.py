"""Reads what can be read of a damaged database, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import StoreError
from agentguard.store.rows import COLUMNS, SEALS, epoch_of, gap_of, row_of, seal_of
from agentguard.store.sqlite_file import Database, Value
from agentguard.trust.chain.links import Epoch, Gap, Row
from agentguard.trust.chain.seals import Seal

LARGEST = 10_000_000
"""No journal has more entries; a greater number is damage."""

_ROW = f"SELECT {COLUMNS} FROM entries WHERE seq = ?"  # noqa: S608 - a constant
_OLD_ROW = _ROW.replace(", sealed, key", ", NULL, NULL")
"""Of a database that was damaged before it was brought to the newest version."""

Memory = list[tuple[Value, ...]]
Receipts = list[tuple[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What could be read of each table."""

    rows: list[Row]
    epochs: Mapping[int, Epoch]
    gaps: Mapping[int, Gap]
    seals: list[Seal]
    receipts: Receipts
    memory: Memory
    opening: list[tuple[Value, ...]]
    keys: list[tuple[Value, ...]]


NOTHING = Found(rows=[], epochs={}, gaps={}, seals=[], receipts=[], memory=[], opening=[], keys=[])


def read_all(path: Path) -> Found:
    """Return all that can be read; nothing if it is no database."""
    try:
        old = Database(path)
    except StoreError:
        return NOTHING
    try:
        return Found(
            rows=list(_rows(old, _ROW)) or list(_rows(old, _OLD_ROW)),
            epochs=_epochs(old),
            gaps=_gaps(old),
            seals=_seals(old),
            receipts=_receipts(old),
            memory=_memory(old),
            opening=_table(old, "SELECT id, public FROM opening"),
            keys=_table(old, "SELECT id, public, wrapped FROM keys"),
        )
    finally:
        with suppress(StoreError):
            old.close()


def _rows(old: Database, sql: str) -> Iterator[Row]:
    """Yield every row that can be read.

    Each is looked up, so that a damaged page hides no other.
    """
    ends = [_end(old, "ASC"), _end(old, "DESC")]
    for seq in range(ends[0], ends[1] + 1 if ends[1] else 0):
        with suppress(StoreError):
            yield from (row_of(values, old.path) for values in old.rows(sql, (seq,)))


def _end(old: Database, order: str) -> int:
    sql = f"SELECT seq FROM entries ORDER BY seq {order} LIMIT 1"  # noqa: S608 - a constant
    found = _table(old, sql)
    seq = found[0][0] if found else 0
    return seq if isinstance(seq, int) and 0 <= seq <= LARGEST else 0


def _table(old: Database, sql: str) -> list[tuple[Value, ...]]:
    """Return the rows of a query, as many as can be read."""
    found: list[tuple[Value, ...]] = []
    with suppress(StoreError):
        found.extend(old.each(sql))
    return found


def _epochs(old: Database) -> Mapping[int, Epoch]:
    found: dict[int, Epoch] = {}
    for values in _table(old, "SELECT epoch, first, previous, reason FROM epochs"):
        with suppress(StoreError):
            epoch = epoch_of(values, old.path)
            found[epoch.epoch] = epoch
    return found


def _gaps(old: Database) -> Mapping[int, Gap]:
    found: dict[int, Gap] = {}
    for values in _table(old, "SELECT first, last, previous, hash FROM gaps"):
        with suppress(StoreError):
            gap = gap_of(values, old.path)
            found[gap.first] = gap
    return found


def _seals(old: Database) -> list[Seal]:
    found: list[Seal] = []
    for values in _table(old, SEALS):
        with suppress(StoreError):
            found.append(seal_of(values, old.path))
    return found


def _receipts(old: Database) -> Receipts:
    rows = _table(old, "SELECT seq, receipt FROM receipts ORDER BY seq")
    return [(s, r) for s, r in rows if isinstance(s, int) and isinstance(r, bytes)]


def _memory(old: Database) -> Memory:
    return [row for row in _table(old, "SELECT key, value FROM memory") if _is_memory(row)]


def _is_memory(row: tuple[Value, ...]) -> bool:
    key, value = row
    if not isinstance(key, str) or not isinstance(value, str):
        return False
    try:
        json.loads(f'"{key}"')
        json.loads(value)
    except ValueError:
        return False
    return True
