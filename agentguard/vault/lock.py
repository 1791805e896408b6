"""One hand in the vault at a time, over all threads and processes of this user."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)


LOCK = ".lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the vault of `folder`; a process that ends, however it ends, lets go.

    Raises:
        OSError: the lock could not be had.

    """
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle)
        yield
    finally:
        os.close(handle)
