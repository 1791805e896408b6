"""The table of entries: rows in and out, sealed on the disk where there is a box for it.

Rows of the tables of gaps and seals are read here as well; what has another type is damage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from agentguard.base.errors import StoreError
from agentguard.model.records import Entry
from agentguard.store.sqlite_file import Database, Value, spoilt
from agentguard.trust.chain import links
from agentguard.trust.chain.links import Epoch, Gap, Row
from agentguard.trust.chain.seals import Seal

BATCH = 1000
"""Entries that are read at a time, so that a long walk never holds up the writer."""
SEALED_AT_A_TIME = 50
APPEND = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_GAP = "INSERT INTO gaps VALUES (?, ?, ?, ?)"
ADD_SEAL = "INSERT INTO seals VALUES (?, ?, ?, ?, ?, ?, ?)"
SEALS = "SELECT seq, epoch, hash, public, following, signature, device FROM seals ORDER BY seq"
COLUMNS = "seq, epoch, boot, wall, kind, payload, salt, commitment, previous, hash, sealed, key"
_READ = f"SELECT {COLUMNS} FROM entries WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - a constant
_CLEAR = f"SELECT {COLUMNS} FROM entries WHERE payload IS NOT NULL ORDER BY seq LIMIT ?"  # noqa: S608 - a constant
_SEAL = "UPDATE entries SET payload = NULL, salt = NULL, sealed = ?, key = ? WHERE seq = ?"
_ERASE = """
    UPDATE entries SET payload = NULL, salt = NULL, sealed = NULL, key = NULL WHERE seq = ?
"""


def values_of(row: Row) -> tuple[Value, ...]:
    """Return the row in the order of the table's columns.

    What is sealed does not stand clear too.
    """
    if row.sealed is not None:
        return sealed_values(row, row.sealed, row.key)
    return (
        row.seq, row.epoch, row.boot, row.wall, row.kind, row.payload, row.salt,
        row.commitment, row.previous, row.hash, None, None,
    )  # fmt: skip


def sealed_values(row: Row, sealed: bytes, key: int | None) -> tuple[Value, ...]:
    """Return the row in the order of the table's columns, with what it says sealed."""
    return (
        row.seq, row.epoch, row.boot, row.wall, row.kind, None, None,
        row.commitment, row.previous, row.hash, sealed, key,
    )  # fmt: skip


def row_of(values: tuple[Value, ...], path: Path) -> Row:
    """Return the row of the table's columns.

    Raises:
        StoreError: the file is damaged: a value has another type than its column.

    """
    match values:
        case (
            int() as seq, int() as epoch, float() as boot, float() as wall, str() as kind,
            (str() | None) as payload, (bytes() | None) as salt,
            bytes() as commitment, bytes() as previous, bytes() as digest,
            (bytes() | None) as sealed, (int() | None) as key,
        ):  # fmt: skip
            return Row(
                epoch=epoch, seq=seq, boot=boot, wall=wall, kind=kind, payload=payload,
                salt=salt, commitment=commitment, previous=previous, hash=digest,
                sealed=sealed, key=key,
            )  # fmt: skip
        case _:
            raise spoilt(path)


def epoch_of(values: tuple[Value, ...], path: Path) -> Epoch:
    """Return the epoch of the table's columns.

    Raises:
        StoreError: the file is damaged.

    """
    match values:
        case (int() as epoch, int() as first, bytes() as previous, str() as reason):
            return Epoch(epoch=epoch, first=first, previous=previous, reason=reason)
        case _:
            raise spoilt(path)


def gap_of(values: tuple[Value, ...], path: Path) -> Gap:
    """Return the gap of the table's columns.

    Raises:
        StoreError: the file is damaged.

    """
    match values:
        case (int() as first, int() as last, bytes() as previous, bytes() as digest):
            return Gap(first=first, last=last, previous=previous, hash=digest)
        case _:
            raise spoilt(path)


def values_of_gap(gap: Gap) -> tuple[Value, ...]:
    """Return the gap in the order of the table's columns."""
    return (gap.first, gap.last, gap.previous, gap.hash)


def seal_of(values: tuple[Value, ...], path: Path) -> Seal:
    """Return the seal of the table's columns.

    Raises:
        StoreError: the file is damaged.

    """
    match values:
        case (
            int() as seq, int() as epoch, bytes() as digest, bytes() as public,
            bytes() as following, bytes() as signature, bytes() as device,
        ):  # fmt: skip
            return Seal(
                epoch=epoch, seq=seq, hash=digest, public=public,
                following=following, signature=signature, device=device,
            )  # fmt: skip
        case _:
            raise spoilt(path)


def values_of_seal(seal: Seal) -> tuple[Value, ...]:
    """Return the seal in the order of the table's columns."""
    return (
        seal.seq, seal.epoch, seal.hash, seal.public,
        seal.following, seal.signature, seal.device,
    )  # fmt: skip


class Box(Protocol):
    """Seals what entries say; see `store.entry_box`."""

    @property
    def seals(self) -> bool:
        """Whether there is a key to seal to."""
        ...

    def prepare(self, database: Database, *, make: bool = True) -> None:
        """Take up the keys of a database; without a key, make one."""
        ...

    def try_open(self) -> bool:
        """Ask for the opening key unless it is known; tell whether it is."""
        ...

    def ready(self) -> bool:
        """Have a data key in the database, within the caller's transaction."""
        ...

    def seal(self, place: tuple[int, int], salt: bytes, payload: str) -> tuple[int, bytes]:
        """Seal an entry's salt and payload; give the data key's number, and the sealed bytes."""
        ...

    def unseal(
        self, place: tuple[int, int], number: int, sealed: bytes
    ) -> tuple[bytes, str] | None:
        """Return salt and payload, None when they cannot be read now."""
        ...


class Entries:
    """The entries of a database; without a box they are clear, and sealed ones cannot be read."""

    def __init__(self, database: Database, box: Box | None = None) -> None:
        self._database = database
        self._box = box

    def rows(self, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows with a seq greater than `after`, opened where possible."""
        return [
            self.opened(row_of(values, self._database.path))
            for values in self._database.rows(_READ, (after, limit))
        ]

    def walk(self) -> Iterator[Row]:
        """Yield every row in order, a batch at a time."""
        after = -1
        while batch := self.rows(after, BATCH):
            yield from batch
            after = batch[-1].seq

    def read(self, after: int, limit: int) -> list[Entry]:
        """Return at most `limit` entries in order; what was sealed with a lost key is empty.

        Raises:
            StoreError: one is sealed, and the opening key's place is closed.

        """
        found = self.rows(after, limit)
        if any(row.closed for row in found):
            self.need_key()
            found = [self.opened(row) for row in found]
        return [links.entry(row) for row in found]

    def try_open(self) -> None:
        """Ask for the opening key, if there is one."""
        if self._box is not None:
            self._box.try_open()

    def need_key(self) -> None:
        """Ask for the opening key.

        Raises:
            StoreError: its place is closed.

        """
        if self._box is None or not self._box.try_open():
            raise StoreError(
                f"The journal {self._database.path} is sealed, and its key cannot be had now.",
                "Sign in to this computer as usual; nothing is lost meanwhile.",
            )

    def opened(self, row: Row) -> Row:
        """Open a row where that is possible."""
        if self._box is None or row.sealed is None or row.key is None:
            return row
        found = self._box.unseal((row.epoch, row.seq), row.key, row.sealed)
        return row if found is None else replace(row, salt=found[0], payload=found[1])

    def add(self, rows: Sequence[Row]) -> None:
        """Write rows, sealed if there is a key to seal to.

        Raises:
            StoreError: nothing of it was written.

        """
        seals = self._ready()
        self._database.many(APPEND, [self._values(row, seals=seals) for row in rows])

    def _ready(self) -> bool:
        return self._box is not None and self._box.seals and self._box.ready()

    def _values(self, row: Row, *, seals: bool) -> tuple[Value, ...]:
        if not seals or self._box is None or row.payload is None or row.salt is None:
            return values_of(row)
        key, sealed = self._box.seal((row.epoch, row.seq), row.salt, row.payload)
        return sealed_values(row, sealed, key)

    def seal_what_is_clear(self) -> int:
        """Seal the entries that were written without a box; give their number.

        A few at a time, each time whole: ended at any moment, the rest is done at the next start.

        Raises:
            StoreError: the database could not be read or written.

        """
        count = 0
        while self._box is not None and self._box.seals:
            with self._database.transaction():
                clear = [
                    row_of(values, self._database.path)
                    for values in self._database.rows(_CLEAR, (SEALED_AT_A_TIME,))
                ]
                seals = self._ready()
                values = [self._values(row, seals=seals) for row in clear]
                self._database.many(_SEAL, [(*row[-2:], row[0]) for row in values])
            if not values:
                break
            count += len(values)
        return count

    def erase(self, seqs: Sequence[int]) -> None:
        """Erase the payloads of entries for good; the chain still holds.

        Raises:
            StoreError: nothing was erased.

        """
        with self._database.transaction():
            self._database.many(_ERASE, [(s,) for s in seqs])
