"""Follows a chain of which nothing is known of what the entries say: by what a desk tells of each.

The hash of an entry is made of its commitment and not of its payload, so the endpoint can make
every hash anew though it never has what the entries say.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from agentguard.trust.chain import links
from agentguard.trust.chain.links import EPOCH_KIND, Row

__all__ = ["EPOCH_KIND", "Told", "hashes"]
HASH_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of an entry; `previous` is empty when it is the hash of the one before."""

    seq: int
    epoch: int
    boot: float
    wall: float
    kind: str
    commitment: bytes
    previous: bytes = b""


def hashes(previous: bytes, entries: Sequence[Told]) -> list[bytes]:
    """Return the hash of each entry, as far as they follow from one another; `previous` is before.

    Within an epoch numbers grow by one. Where they do not, entries were let go, and the hash before
    is believed: that they are missing is said elsewhere. A new epoch begins with its own entry, and
    goes on from the hash before it.
    """
    found: list[bytes] = []
    last: Told | None = None
    for one in entries:
        before = found[-1] if found else previous
        if last is not None and not _follows(last, one, before):
            break
        if one.previous and last is not None and one.seq > last.seq + 1:
            before = one.previous
        digest = _hash(one, before)
        if digest is None:
            break
        found.append(digest)
        last = one
    return found


def _follows(last: Told, one: Told, before: bytes) -> bool:
    if one.previous not in {b"", before} and (one.epoch != last.epoch or one.seq == last.seq + 1):
        return False
    if one.epoch == last.epoch:
        return one.seq == last.seq + 1 or (one.seq > last.seq and bool(one.previous))
    return one.epoch > last.epoch and one.seq > last.seq and one.kind == EPOCH_KIND


def _hash(one: Told, previous: bytes) -> bytes | None:
    """Return the hash of an entry; None for what could never have been chained."""
    if len(previous) != HASH_BYTES or len(one.commitment) != HASH_BYTES:
        return None
    try:
        return links.link(
            Row(
                epoch=one.epoch,
                seq=one.seq,
                boot=one.boot,
                wall=one.wall,
                kind=one.kind,
                payload=None,
                salt=None,
                commitment=one.commitment,
                previous=previous,
                hash=b"",
            )
        )
    except struct.error:
        return None
