"""One hand in the vault at a time, over all threads and processes of this user."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    _TAKEN = (errno.EACCES, 0)  # Wine tells no number

    def _take(handle: int) -> None:
        """Windows' own waiting lock looks once a second, and gives up after ten."""
        nobody = threading.Event()
        for _ in range(int(LONGEST / LOOK)):
            try:
                return msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            except OSError as error:
                if error.errno not in _TAKEN:
                    raise
                nobody.wait(LOOK)
        raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)


LOCK = ".lock"
LOOK = 0.02  # seconds
LONGEST = 300.0
"""Seconds: the largest file takes far less, and a hand that hangs must not stop the others."""


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
