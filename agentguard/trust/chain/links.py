"""How entries are chained: pure functions from values to SHA-256 links.

link = SHA-256(0x00 | previous | epoch | seq | boot | wall | kind | commitment), numbers big-endian
(64-bit integers, IEEE doubles), the kind with its length in front. The commitment is
HMAC-SHA256(salt, payload JSON): payload and salt can be erased later and the chain still holds,
and the salt keeps short payloads from being guessed out of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentguard.model.moments import Moment
from agentguard.model.records import Entry, Json, Record

EPOCH_KIND = "journal.epoch"
GAP_KIND = "journal.gap"
BALLAST_KIND = "journal.ballast"
KEY_KIND = "journal.key"
GENESIS = bytes(32)
SALT_BYTES = 16
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_ENTRY = b"\x00"
_NUMBERS = struct.Struct(">QQdd")
_LENGTH = struct.Struct(">H")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry as it is stored; payload and salt are None when they were erased, or are sealed.

    `sealed` is then both of them, under the data key number `key`.
    """

    epoch: int
    seq: int
    boot: float
    wall: float
    kind: str
    payload: str | None
    salt: bytes | None
    commitment: bytes
    previous: bytes
    hash: bytes
    sealed: bytes | None = None
    key: int | None = None

    @property
    def closed(self) -> bool:
        """Whether what it says is sealed, and was not opened."""
        return self.sealed is not None and self.payload is None


def canonical(payload: Mapping[str, Json]) -> str:
    """Return the one JSON text of a payload: sorted keys, no spaces, ASCII.

    Raises:
        ValueError: the payload holds what JSON has no word for (NaN, say).

    """
    return _ENCODE(payload)


def commit_to(salt: bytes, payload: str) -> bytes:
    """Return the commitment to a payload's JSON text."""
    return hmac.digest(salt, payload.encode("ascii"), "sha256")


def link(row: Row) -> bytes:
    """Return the hash that the row must have."""
    kind = row.kind.encode()
    return hashlib.sha256(
        _ENTRY
        + row.previous
        + _NUMBERS.pack(row.epoch, row.seq, row.boot, row.wall)
        + _LENGTH.pack(len(kind))
        + kind
        + row.commitment
    ).digest()


def append(record: Record, *, epoch: int, seq: int, previous: bytes) -> Row:
    """Return the row that a record becomes at its place.

    Raises:
        ValueError: the payload cannot be written as JSON.

    """
    payload, salt = canonical(record.payload), secrets.token_bytes(SALT_BYTES)
    unlinked = Row(
        epoch=epoch,
        seq=seq,
        boot=float(record.at.boot),
        wall=float(record.at.wall),
        kind=record.kind,
        payload=payload,
        salt=salt,
        commitment=commit_to(salt, payload),
        previous=previous,
        hash=b"",
    )
    return linked(unlinked)


def linked(row: Row) -> Row:
    """Return the clear row with the hash that it must have."""
    return Row(
        epoch=row.epoch,
        seq=row.seq,
        boot=row.boot,
        wall=row.wall,
        kind=row.kind,
        payload=row.payload,
        salt=row.salt,
        commitment=row.commitment,
        previous=row.previous,
        hash=link(row),
    )


def holds(row: Row) -> bool:
    """Check whether a row's payload fits its commitment and its content its hash."""
    try:
        return committed(row) and hmac.compare_digest(link(row), row.hash)
    except (UnicodeError, struct.error):
        return False  # a damaged row may hold what could never have been chained


def committed(row: Row) -> bool:
    """Check whether a row's payload fits its commitment; one that is erased or closed does."""
    if row.payload is None or row.salt is None:
        return row.payload is None and row.salt is None
    return hmac.compare_digest(commit_to(row.salt, row.payload), row.commitment)


def entry(row: Row) -> Entry:
    """Return the entry that a row stands for."""
    return Entry(
        epoch=row.epoch,
        seq=row.seq,
        record=Record(
            kind=row.kind, at=Moment(boot=row.boot, wall=row.wall), payload=_read(row.payload)
        ),
        salt=row.salt or b"",
        previous=row.previous,
        hash=row.hash,
        commitment=row.commitment,
        erased=row.payload is None and not row.closed,
    )


def _read(payload: str | None) -> Mapping[str, Json]:
    """Read a payload; an erased or damaged one is empty."""
    try:
        found = {} if payload is None else json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """A stretch of the chain: its first entry is `first`, and `previous` the hash before it.

    `reason` is `first`, `lost` (no trace of the journal before), `damaged` (set aside and
    salvaged) or `conflict` (the endpoint knows other entries under the old epoch).
    """

    epoch: int
    first: int
    previous: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A run of entries that were let go, from `first` to `last`, for want of room.

    `previous` is the hash before it and `hash` that of its last entry, so that the chain goes on.
    """

    first: int
    last: int
    previous: bytes
    hash: bytes


def report_epoch(epoch: int, epochs: Iterable[Epoch]) -> int:
    """Return the epoch under which entries of `epoch` are reported.

    After a conflict the endpoint knows other entries under the old epochs, so what it has not
    receipted is reported under the epoch that the conflict began.
    """
    return max(epoch, *(e.epoch for e in epochs if e.reason == "conflict"), 0)
