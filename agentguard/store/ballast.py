"""Eight mebibytes that are given up when the disk is full, so that it can still be written why.

With no room at all even letting go of entries fails: SQLite needs room to write that they are gone.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.atomic_files import OWNER_ONLY

LOG = logging.getLogger(__name__)

FILE = "journal.ballast"
SIZE = 8 << 20
ROOM = 4 * SIZE
"""Bytes that must be free before it is laid: it never fills a disk itself."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Ballast:
    """The file in a folder; no method raises."""

    folder: Path

    def lay(self) -> bool:
        """Lay it if there is room enough; tell whether it lies there."""
        try:
            if self._file.exists() and self._file.stat().st_size == SIZE:
                return True
            if shutil.disk_usage(self.folder).free < ROOM:
                return False
            self._write()
        except OSError:
            self.drop()
            return False
        return True

    def drop(self) -> bool:
        """Give it up; return whether that gave any room."""
        try:
            size = self._file.stat().st_size
            self._file.unlink()
        except OSError:
            return False
        LOG.warning("the disk is full: the ballast was given up for the journal")
        return size > 0

    def _write(self) -> None:
        """Write what no file system stores in less than its size."""
        piece = secrets.token_bytes(_PIECE)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self._file, flags, OWNER_ONLY), "wb") as file:
            for _ in range(SIZE // _PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    @property
    def _file(self) -> Path:
        return self.folder / FILE


class Spare:
    """The ballast over time: given up once, and laid again when there was room for a while."""

    def __init__(self, ballast: Ballast) -> None:
        self._ballast = ballast
        self._dropped: float | None = None
        with suppress(OSError):
            ballast.lay()

    def give(self, boot: float) -> bool:
        """Give it up at this boot time, in seconds; return whether that gave room."""
        self._dropped = boot
        return self._ballast.drop()

    def lay_again(self, boot: float) -> bool:
        """Lay it again some minutes later; tell whether it was."""
        if self._dropped is None or 0 <= boot - self._dropped < PAUSE:
            return False
        self._dropped = boot
        if not self._ballast.lay():
            return False
        self._dropped = None
        return True


PAUSE = 300.0
"""Seconds until it is tried to lay it again."""
