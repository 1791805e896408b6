"""A folder in memory, for what flushes or makes files by the thousand: a disk is slow at both."""

from __future__ import annotations

import shutil
from pathlib import Path

SHARED = Path("/dev/shm")
ROOM = 2 << 30  # bytes that must be free: several processes of the tests use it at once


def memory() -> Path | None:
    """Give it when there is one with room; without one, the folder of temporary files serves."""
    return SHARED if SHARED.is_dir() and shutil.disk_usage(SHARED).free > ROOM else None
