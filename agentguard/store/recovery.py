"""What is done with a damaged database: salvaged into a new one, and set aside unchanged.

The new database takes over the chain up to the first row that does not hold, the receipts and the
memory. Later rows that can be read and were not receipted are written anew, as new entries of a
new epoch. Killed at any moment, the damaged file or the finished new one is in place.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from agentguard.base.errors import StoreError
from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store import schema
from agentguard.store.entries import Box, Entries
from agentguard.store.journal import SqliteJournal
from agentguard.store.retention import told_at
from agentguard.store.rows import (
    ADD_GAP,
    ADD_SEAL,
    APPEND,
    values_of,
    values_of_gap,
    values_of_seal,
)
from agentguard.store.salvage import Found, read_all
from agentguard.store.sqlite_file import Database
from agentguard.trust.chain import links
from agentguard.trust.chain.erasure import ERASED_KIND, day_of
from agentguard.trust.chain.headers import HEADER_KIND
from agentguard.trust.chain.links import Epoch, Gap, Row
from agentguard.trust.chain.walk import Walk

LOG = logging.getLogger(__name__)

KEPT = 2
"""Damaged files that are kept; older ones are removed."""

_OF_THAT_CHAIN = frozenset({HEADER_KIND, ERASED_KIND})
COMPANIONS = ("", "-wal", "-shm")


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
