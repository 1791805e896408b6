"""Opening the file that is to be moved: a regular file with one name, never through a link.

Before it is taken away, it is asked whether a program could still write to it.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from agentguard.base.errors import VaultError
from agentguard.base.translations import load

CHUNK = 1024 * 1024
MISSING = "missing"
"""The id, under `vault.refused`, of a file that is not there."""
NOT_HERE = 0x00400000 | 0x00040000 | 0x00001000
"""Windows marks cloud placeholders so (recall on access, on open, offline): reading downloads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An open file and what it was when it was opened."""

    path: Path
    file: BinaryIO
    stat: os.stat_result

    def digest(self) -> str:
        """Read it from the start and give its SHA-256 in hex."""
        return digest(self.file)

    def same(self, other: os.stat_result) -> bool:
        """Check whether `other` is this very file, not written to since it was opened."""
        return identity(self.stat) == identity(other)


def identity(found: os.stat_result) -> tuple[int, int, int, int]:
    """Return what stays the same while a file is neither replaced nor written to."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def digest(file: BinaryIO) -> str:
    """Read a file from its start and give its SHA-256 in hex."""
    file.seek(0)
    found, room = hashlib.sha256(), memoryview(bytearray(CHUNK))
    while count := _read_into(file, room):
        found.update(room[:count])
    file.seek(0)
    return found.hexdigest()


def _read_into(file: BinaryIO, room: memoryview) -> int:
    """Read on without making new bytes each time, which a file of gigabytes feels."""
    if isinstance(file, io.BufferedReader | io.BytesIO):
        return file.readinto(room)
    data = file.read(len(room))
    room[: len(data)] = data
    return len(data)


class Refused(VaultError):
    """A file stays where it is, if it is there at all; `reason` is an id under `vault.refused`."""

    def __init__(self, reason: str, name: str) -> None:
        words = load()
        title = words.say(f"vault.refused.{reason}", name=name)
        stays = "missing-advice" if reason == MISSING else "refused-advice"
        super().__init__(title, words.say(f"vault.{stays}"))
        self.reason = reason


def refusal(reason: str, name: str) -> Refused:
    """Return the error for a file that stays where it is."""
    return Refused(reason, name)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a file to be moved.

    Raises:
        VaultError: it is no regular file with one name and content on this disk.

    """
    name = path.name
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        before = os.lstat(path)
        _movable(before, name)
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        raise refusal(MISSING, name) from None
    except (OSError, ValueError) as error:
        raise refusal("unreadable", name) from error
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        _movable(found, name)
        if identity(found) != identity(before):
            raise refusal("changed", name)
        yield Source(path=path, file=file, stat=found)


def _movable(found: os.stat_result, name: str) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise refusal("link", name)
    if not stat.S_ISREG(found.st_mode):
        raise refusal("not-a-file", name)
    if found.st_nlink > 1:
        raise refusal("several-names", name)
    if getattr(found, "st_file_attributes", 0) & NOT_HERE:
        raise refusal("not-here", name)


if sys.platform == "linux":
    import errno
    import fcntl
    import signal

    def is_written(handle: int) -> bool:
        """Check whether anybody has this file open for writing, where the system can tell.

        Linux refuses a read lease while there is a writer (fcntl(2), F_SETLEASE). A file of another
        user, or a file system without leases, gives no answer, which counts as no.
        """
        try:
            # A writer who comes while the lease lasts would end us by SIGIO; nobody minds SIGURG.
            fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            return error.errno in {errno.EAGAIN, errno.EWOULDBLOCK}
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False

else:

    def is_written(handle: int) -> bool:  # noqa: ARG001 - one shape for every system
        """Windows needs no telling: a file that is open there cannot be renamed."""
        return False
