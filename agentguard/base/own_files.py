"""What stands among the program's own files and is none: a pipe or a device holds up who reads it.

A person's other programs can put one there, by mistake or to keep an agent from starting.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_KINDS = (stat.S_ISFIFO, stat.S_ISSOCK, stat.S_ISCHR, stat.S_ISBLK)


def remove_impostors(folder: Path) -> int:
    """Remove what is neither file nor folder below a folder, also by a link; give how many.

    None of it has content that could be lost. What may not be looked at or removed stays.
    """
    removed = 0
    for path in list(_impostors(folder)):
        with suppress(OSError):
            path.unlink()
            removed += 1
    return removed


def _impostors(folder: Path) -> Iterator[Path]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _impostors(Path(entry.path))
            elif not entry.is_file(follow_symlinks=False) and _is_none(Path(entry.path)):
                yield Path(entry.path)


def _is_none(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:  # a link to nothing, or to itself: who reads it is told so at once
        return False
    return any(is_kind(mode) for is_kind in _KINDS)
