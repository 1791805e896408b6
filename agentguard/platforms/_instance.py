"""One agent for each user's data folder: locks that the system ends with their process.

The folder's lock holds over all sessions of its user. On Windows a named mutex stands before it,
for a folder on a file system whose locks do not hold.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

FILE = "agent.lock"
CALL = "agent.called"
QUIT = "agent.quit"

if sys.platform == "win32":
    import hashlib
    import msvcrt

    from agentguard.platforms._win32 import mutex

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _named(folder: Path) -> AbstractContextManager[bool]:
        place = os.path.normcase(os.path.realpath(folder))
        return mutex.first(f"AgentGuard-{hashlib.sha256(place.encode()).hexdigest()[:32]}")

    def _give_way() -> None:
        mutex.give_way()

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _named(_folder: Path) -> AbstractContextManager[bool]:
        return nullcontext(True)

    def _give_way() -> None:
        """Leave it to the desktop whose window may come to the front."""


def _opened(folder: Path) -> int:
    """Open the lock's file; where nothing can be written, the folder stands for it."""
    try:
        return os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        if sys.platform == "win32":
            raise
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)


@contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Hold the folder alone; gives False when another agent holds it.

    A lock file that a crash left behind means nothing: only the system's locks count.
    """
    with _named(folder) as first:
        if not first:
            yield False
            return
        handle = _opened(folder)
        try:
            try:
                _take(handle)
            except OSError:
                yield False
            else:
                called(folder)  # nobody calls an agent of the past
                told_to_quit(folder)
                yield True
        finally:
            os.close(handle)


def call(folder: Path) -> bool:
    """Ask the agent that holds the folder to show its window; False when it cannot be asked."""
    _give_way()
    try:
        (folder / CALL).touch(mode=0o600)
    except OSError:
        return False
    return True


def called(folder: Path) -> bool:
    """Tell, once for each call, whether another start asked for the window."""
    try:
        (folder / CALL).unlink()
    except OSError:
        return False
    return True


def tell_to_quit(folder: Path) -> bool:
    """Ask the agent that holds the folder to end; False when it cannot be asked."""
    try:
        (folder / QUIT).touch(mode=0o600)
    except OSError:
        return False
    return True


def told_to_quit(folder: Path) -> bool:
    """Tell, once for each time, whether the agent of the folder was asked to end."""
    try:
        (folder / QUIT).unlink()
    except OSError:
        return False
    return True
