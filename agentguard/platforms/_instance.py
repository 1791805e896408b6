"""One agent for each user's data folder: locks that the system ends with their process.

The folder's lock holds over all sessions of its user. On Windows a named mutex stands before it,
for a folder on a file system whose locks do not hold.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from agentguard.base import paths
from agentguard.ports.session_host import HUNG

FILE = "agent.lock"
BEAT = "agent.beat"
CALL = "agent.called"
QUIT = "agent.quit"
_HELD = " FLOCK  ADVISORY  WRITE "
"""How the kernel's list of locks begins to tell of one that one process alone has."""

if sys.platform == "win32":
    import msvcrt

    from agentguard.platforms._win32 import mutex

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _named(folder: Path) -> AbstractContextManager[bool]:
        return mutex.first(mutex.of(folder))

    def _give_way() -> None:
        mutex.give_way()

    def held(folder: Path) -> bool:
        """Check whether anybody holds the folder, without taking it or asking its files."""
        return mutex.there(mutex.of(folder))

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _named(_folder: Path) -> AbstractContextManager[bool]:
        return nullcontext(True)

    def _give_way() -> None:
        """Leave it to the desktop whose window may come to the front."""

    def held(folder: Path) -> bool:
        """Check whether anybody holds the folder, without taking it or asking its files.

        The kernel's own list tells, so that an agent is known that could write nothing there, and
        one that starts at this moment finds no lock of ours (proc_locks(5)).
        """
        try:
            locks = Path("/proc/locks").read_text("ascii").splitlines()
        except (OSError, UnicodeError):
            return False
        places = {place for one in (folder / FILE, folder) if (place := _place(one))}
        return any(_HELD in line and line.split()[-3] in places for line in locks)

    def _place(file: Path) -> str:
        """Return how the kernel's list of locks names a file, empty where there is none."""
        try:
            known = file.stat()
        except OSError:
            return ""
        device = known.st_dev
        return f"{os.major(device):02x}:{os.minor(device):02x}:{known.st_ino}"


def _opened(folder: Path) -> Iterator[int]:
    """Open what is locked: the folder itself, where the system can lock one, and the lock's file.

    Both, since a disk may become read-only, or fit to be written, while an agent guards: the next
    one then finds the other of the two. Where neither can be opened, an agent guards all the same.
    """
    if sys.platform != "win32":
        with suppress(OSError):
            yield os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for way in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        with suppress(OSError):
            yield os.open(folder / FILE, way, 0o600)
            return


@contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Hold the folder alone; gives False when another agent holds it.

    A lock file that a crash left behind means nothing: only the system's locks count.
    """
    with _named(folder) as first:
        if not first:
            yield False
            return
        handles = tuple(_opened(folder))
        try:
            try:
                for handle in handles:
                    _take(handle)
            except OSError:
                yield False
            else:
                if handles:
                    called(folder)  # nobody calls an agent of the past
                    told_to_quit(folder)
                    _begin(folder)
                yield True
        finally:
            for handle in handles:
                os.close(handle)


def _begin(folder: Path) -> None:
    """Say who holds the folder, and that it begins; where that cannot be said, nobody is known."""
    file = folder / BEAT
    try:
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(str(os.getpid()))
        os.utime(file, ns=(0, 0))  # no sign of life yet
    except OSError:
        with suppress(OSError):
            file.unlink()


def beat(folder: Path) -> None:
    """Give a sign of life; without one, another start takes this agent for one that hangs."""
    with suppress(OSError):
        os.utime(folder / BEAT)


def holder(folder: Path) -> tuple[int, int]:
    """Return the process that holds the folder, and its newest sign of life, 0 before the first.

    The process is 0 where nothing is known.
    """
    try:
        file = folder / BEAT
        return int(file.read_text("ascii")), file.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0, 0


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
    return _signed(folder, CALL)


def tell_to_quit(folder: Path) -> bool:
    """Ask the agent that holds the folder to end; False when it cannot be asked."""
    return _sign(folder, QUIT)


def told_to_quit(folder: Path) -> bool:
    """Tell, once for each time, whether the agent of the folder was asked to end."""
    return _signed(folder, QUIT)


def _sign(folder: Path, name: str) -> bool:
    """Leave a sign in the folder, else where its disk does not matter; tell whether one stands."""
    with suppress(OSError):
        (folder / name).touch(mode=0o600)
        return True
    beside = paths.make_runtime_folder(folder)
    if beside is not None:
        with suppress(OSError):
            (beside / name).touch(mode=0o600)
            return True
    return False


def _signed(folder: Path, name: str) -> bool:
    """Take a sign away wherever it stands, and tell whether there was one."""
    beside = paths.runtime_folder(folder)
    found = False
    for place in (folder,) if beside is None else (folder, beside):
        with suppress(OSError):
            (place / name).unlink()
            found = True
    return found


def end_hung() -> None:
    """End this process at once where a keeper or systemd starts another; else return."""
    if sys.platform == "win32":
        from agentguard.platforms._win32.shield import shielded  # noqa: PLC0415 - Windows alone

        kept = shielded(os.getpid())
    else:
        from agentguard.platforms._linux.sd_notify import VARIABLE  # noqa: PLC0415 - Linux alone

        kept = bool(os.environ.get(VARIABLE))
    if kept:
        os._exit(HUNG)
