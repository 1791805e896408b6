"""Names and states of files as keyed hashes, and a small memory of them for as long as it lives.

A name is the hash of the folder in its upper half and of the file's own name in the lower, so that
the files of a folder lie side by side; of a file with several names it is that of the file itself.
A state is the hash of all that changes when a file or the rules change. Two files of one name-hash
only take turns in being read again: what is called unchanged is decided by the state alone.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from agentguard.base import file_marks
from agentguard.ports.file_memory import Kept

LIMIT = 100_000
"""The greatest number of files that the memory without a disk holds."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes when a file changes: size in bytes, times in ns, numbers of file and device.

    `status` is the time of the last change of the file's entry, which no program can set back on
    Linux; on Windows it is that of its creation.
    """

    size: int
    changed: int
    status: int
    inode: int
    device: int = 0

    @property
    def word(self) -> str:
        """The same in one word, without what a change of rights changes."""
        return file_marks.mark(self.device, self.inode, self.size, self.changed)


def mark_of(status: os.stat_result) -> Mark:
    """Take the mark of a file from its status."""
    return Mark(
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
    )


def name_of(path: str, mark: Mark, links: int, secret: bytes) -> int:
    """Return the name under which a file is kept.

    By its path, or by its number when it has more.
    """
    if links > 1 and mark.inode:
        return _number(f"{mark.device}|{mark.inode}".encode(), secret, 8)
    folder, _, name = path.rpartition(os.sep)
    return _upper(folder, secret) | (_number(_bytes(name), secret, 4) & 0xFFFFFFFF)


def state_of(path: str, mark: Mark, links: int, rules: str, secret: bytes) -> int:
    """Return the state of a file as it is now, under these rules."""
    text = f"{mark.size}|{mark.changed}|{mark.status}|{mark.inode}|{mark.device}|{rules}|"
    which = b"" if links > 1 and mark.inode else _bytes(path)
    return _number(text.encode() + which, secret, 8)


@lru_cache(maxsize=64)
def _upper(folder: str, secret: bytes) -> int:
    return _number(_bytes(folder), secret, 4) << 32


def _bytes(path: str) -> bytes:
    """Return bytes for any name; not those of the system, but different for different names."""
    return path.encode("utf-8", "surrogatepass")


def _number(data: bytes, secret: bytes, size: int) -> int:
    digest = blake2b(data, digest_size=size, key=secret).digest()
    return int.from_bytes(digest, "big", signed=True)


class MemorySeen:
    """SeenFiles for as long as the process lives; the oldest readings go when it is full."""

    secret = b"of one process alone"

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._met: set[int] | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def last(self, name: int) -> Kept | None:
        """Return the last reading of a file, and note that the file is still met."""
        if self._met is not None:
            self._met.add(name)
        return self._kept.get(name)

    def remember(self, name: int, kept: Kept) -> None:
        """Keep a reading in place of the one before."""
        if self._met is not None:
            self._met.add(name)
        self._kept[name] = kept
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def forget(self, name: int) -> None:
        """Keep nothing of a file any more."""
        self._kept.pop(name, None)

    def sweep_begins(self) -> None:
        """Begin to note which files are still met."""
        self._met = set()

    def sweep_ended(self) -> None:
        """Forget what a whole sweep did not meet."""
        met, self._met = self._met, None
        for name in [name for name in self._kept if met is not None and name not in met]:
            del self._kept[name]

    def save(self) -> None:
        """Have no disk to write to."""
