"""Rows of the database's tables as values, and back; what has another type is damage."""

from __future__ import annotations

from pathlib import Path

from agentguard.store.sqlite_file import Value, spoilt
from agentguard.trust.chain.links import Epoch, Gap, Row
from agentguard.trust.chain.seals import Seal

APPEND = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_GAP = "INSERT INTO gaps VALUES (?, ?, ?, ?)"
ADD_SEAL = "INSERT INTO seals VALUES (?, ?, ?, ?, ?, ?, ?)"
SEALS = "SELECT seq, epoch, hash, public, following, signature, device FROM seals ORDER BY seq"
COLUMNS = "seq, epoch, boot, wall, kind, payload, salt, commitment, previous, hash, sealed, key"


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
