"""Which files were looked at and have not changed since, in little memory.

A key is 64 bits of a hash over path, size, times, inode and the rules' version: a million files
take about 16 MB. A lost key only means that a file is read once more.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

LIMIT = 2_000_000
"""The greatest number of files that are remembered; the others are read at every sweep."""

COMPACT = 50_000
"""So many new keys are held as a set before they are sorted in."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes when a file changes."""

    size: int
    changed: int
    status: int
    inode: int


def mark_of(status: os.stat_result) -> Mark:
    """Take the mark of a file from its status."""
    return Mark(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def key_of(path: str, mark: Mark, rules: str) -> int:
    """Give the key of a file as it is now, under these rules."""
    text = f"{mark.size}|{mark.changed}|{mark.status}|{mark.inode}|{rules}|"
    digest = blake2b(text.encode() + os.fsencode(path), digest_size=8).digest()
    return int.from_bytes(digest, "big")


class SeenFiles(Protocol):
    """The memory of the files that need no second look."""

    def knows(self, key: int) -> bool:
        """Tell whether the file was looked at as it is; during a sweep it is kept by this."""
        ...

    def remember(self, key: int) -> None:
        """Note that the file was looked at as it is."""
        ...

    def sweep_begins(self) -> None:
        """Begin to note which keys are still met."""
        ...

    def sweep_ended(self) -> None:
        """Forget every key that was not met in a whole sweep."""
        ...


class MemorySeen:
    """SeenFiles for as long as the process lives."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._old = array("Q")
        self._new: set[int] = set()
        self._met: array[int] | None = None

    def __len__(self) -> int:
        return len(self._old) + len(self._new)

    def knows(self, key: int) -> bool:
        """Tell whether the file was looked at as it is; during a sweep it is kept by this."""
        known = key in self._new or self._in_old(key)
        if known and self._met is not None:
            self._met.append(key)
        return known

    def remember(self, key: int) -> None:
        """Note that the file was looked at as it is."""
        if len(self) >= self._limit:
            return
        self._new.add(key)
        if self._met is not None:
            self._met.append(key)
        if len(self._new) >= COMPACT:
            self._compact(self._old)

    def sweep_begins(self) -> None:
        """Begin to note which keys are still met."""
        self._met = array("Q")

    def sweep_ended(self) -> None:
        """Forget every key that was not met in a whole sweep."""
        if self._met is not None:
            self._new.clear()
            self._compact(self._met)
            self._met = None

    def _compact(self, keys: array[int]) -> None:
        self._old = array("Q", sorted([*self._new, *keys]))
        self._new = set()

    def _in_old(self, key: int) -> bool:
        place = bisect_left(self._old, key)
        return place < len(self._old) and self._old[place] == key
