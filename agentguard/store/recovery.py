"""What is done with a damaged database: salvaged into a new one row by row, and set aside as it is.

The new database takes over the chain up to the first row that does not hold, the receipts and the
memory. Later rows that can be read and were not receipted are written anew, as new entries of a
new epoch. Killed at any moment, the damaged file or the finished new one is in place.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import StoreError
from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store import schema
from agentguard.store.entries import (
    ADD_GAP,
    ADD_SEAL,
    APPEND,
    COLUMNS,
    SEALS,
    Box,
    Entries,
    epoch_of,
    gap_of,
    row_of,
    seal_of,
    values_of,
    values_of_gap,
    values_of_seal,
)
from agentguard.store.journal import SqliteJournal
from agentguard.store.outbox import told_at
from agentguard.store.sqlite_file import Database, Value
from agentguard.trust.chain import links
from agentguard.trust.chain.erasure import ERASED_KIND, day_of
from agentguard.trust.chain.headers import HEADER_KIND
from agentguard.trust.chain.links import Epoch, Gap, Row
from agentguard.trust.chain.seals import Seal
from agentguard.trust.chain.walk import Walk

LOG = logging.getLogger(__name__)
KEPT = 2
"""Damaged files that are kept; older ones are removed."""
_OF_THAT_CHAIN = frozenset({HEADER_KIND, ERASED_KIND})
COMPANIONS = ("", "-wal", "-shm")
LARGEST = 10_000_000
"""No journal has more entries; a greater number is damage."""
_ROW = f"SELECT {COLUMNS} FROM entries WHERE seq = ?"  # noqa: S608 - a constant
_OLD_ROW = _ROW.replace(", sealed, key", ", NULL, NULL")
"""Of a database that was damaged before it was brought to the newest version."""
Memory = list[tuple[Value, ...]]
Receipts = list[tuple[int, bytes]]


def rebuild(path: Path, at: Moment, known_epoch: int, box: Box | None = None) -> int:
    """Salvage the damaged `path` into a new database in its place; give the new epoch.

    Raises:
        StoreError: the new database could not be written; the damaged one is where it was.

    """
    fresh = _fresh(path)
    _remove(fresh)
    new = Database(fresh)
    try:
        new.configure()
        schema.migrate(new)
        epoch = _salvage(read_all(path), new, at, known_epoch, box)
        new.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        new.close()
    _swap(path, fresh, int(at.wall))
    return epoch


def finish(path: Path) -> None:
    """Put a finished new database in place, if the last start was ended between two renames.

    Raises:
        StoreError: it could not be renamed.

    """
    if not path.exists() and _fresh(path).exists():
        _rename(_fresh(path), path)


def _fresh(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _swap(path: Path, fresh: Path, wall: int) -> None:
    aside = path.with_name(f"{path.name}.corrupt-{wall}")
    for companion in reversed(COMPANIONS):
        if Path(f"{path}{companion}").exists():
            _rename(Path(f"{path}{companion}"), Path(f"{aside}{companion}"))
    _rename(fresh, path)
    found = [p for p in path.parent.glob(f"{path.name}.corrupt-*") if p.name[-1].isdigit()]
    found.sort(key=lambda p: int(p.name.rpartition("-")[2]))
    for old in found[:-KEPT]:
        _remove(old)


def _rename(old: Path, new: Path) -> None:
    try:
        old.replace(new)
    except OSError as error:
        raise StoreError(
            f"The damaged database {old} could not be set aside.",
            "Close programs that use it and start the agent again.",
        ) from error


def _remove(path: Path) -> None:
    for companion in COMPANIONS:
        with suppress(OSError):
            Path(f"{path}{companion}").unlink(missing_ok=True)


def _salvage(found: Found, new: Database, at: Moment, known_epoch: int, box: Box | None) -> int:
    kept = _whole_prefix(found.rows, found.epochs, found.gaps)
    last = kept[-1] if kept else None
    receipted = max((seq for seq, _ in found.receipts), default=0)
    begun = Epoch(
        epoch=max(known_epoch, max(found.epochs, default=0)) + 1,
        first=max(receipted, max((r.seq for r in found.rows), default=0)) + 1,
        previous=last.hash if last else links.GENESIS,
        reason="damaged",
    )
    with new.transaction():
        _keep(found, kept, new)
        if box is not None:
            box.prepare(new)
            box.try_open()
        journal = SqliteJournal(new, box=box)
        journal.open_epoch(begun, at, previous_epoch=last.epoch if last else 0)
        after = [row for row in found.rows[len(kept) :] if row.seq > receipted]
        lost = _readable([Entries(new, box).opened(row) for row in after])
        journal.append(lost)
    LOG.info("%d entries were kept and %d of %d written anew", len(kept), len(lost), len(after))
    return begun.epoch


def _keep(found: Found, kept: Sequence[Row], new: Database) -> None:
    """Take over what holds, as it is."""
    newest, end = (kept[-1].epoch, kept[-1].seq) if kept else (0, 0)
    for known in found.epochs.values():
        if known.epoch <= newest:
            SqliteJournal(new).open_epoch(known)
    new.many(APPEND, [values_of(row) for row in kept])
    new.many(ADD_GAP, [values_of_gap(g) for g in found.gaps.values() if g.last < end])
    new.many(ADD_SEAL, [values_of_seal(seal) for seal in found.seals if seal.seq <= end])
    receipts = [(seq, kept, day_of(told_at(kept))) for seq, kept in found.receipts]
    new.many("INSERT OR IGNORE INTO receipts VALUES (?, ?, ?)", receipts)
    new.many("INSERT OR IGNORE INTO memory VALUES (?, ?)", found.memory)
    new.many("INSERT OR IGNORE INTO opening VALUES (?, ?)", found.opening)
    new.many("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", found.keys)


def _readable(rows: Sequence[Row]) -> list[Record]:
    """Leave out what was damaged so much that its payload is gone, or cannot be opened now.

    What an earlier chain said of itself is not true of this one.
    """
    records = [links.entry(row).record for row in rows if row.kind not in _OF_THAT_CHAIN]
    return [r for r in records if r.payload]


def _whole_prefix(
    rows: Sequence[Row], epochs: Mapping[int, Epoch], gaps: Mapping[int, Gap]
) -> list[Row]:
    kept: list[Row] = []
    walk = Walk(epochs, gaps)
    for row in rows:
        if not walk.step(row):
            break
        kept.append(row)
    return kept


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
