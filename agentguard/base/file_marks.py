"""The mark of a file: what stays the same while it is neither replaced nor written to."""

from __future__ import annotations

import os


def mark(device: int, inode: int, size: int, changed: int) -> str:
    """Return the mark of these numbers; `changed` is the time of the last change in ns."""
    return f"{device}-{inode}-{size}-{changed}"


def mark_of(found: os.stat_result) -> str:
    """Return the mark of a file as it was found."""
    return mark(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
