"""Brings the scan child into the world: silent, deaf to the keyboard, with one line to its parent.

On POSIX the child is spawned without `multiprocessing`, whose tracker of resources would stay as a
process of its own for as long as the agent lives (docs/adr/0008-scan-child.md). On Windows its
child opens its parent to take handles over, which an agent's shield refuses (docs/adr/0051), so
`platforms` starts one with the one handle that it inherits. Where neither goes, it does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import psutil

import agentguard
from agentguard.detect.sandbox import worker_entry
from agentguard.detect.sandbox.ipc_messages import Line
from agentguard.detect.sandbox.worker_entry import SCAN_CHILD, Starting
from agentguard.ports.children import Child

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

Pair: TypeAlias = Callable[[], tuple[Line, Line]]
"""Makes both ends of a line."""

_DESCRIPTOR = 0
"""The child's descriptor of the line; a child that reads no keyboard has no other use for it."""

_BOOT = (
    "import gc, json, os, sys\n"
    "gc.disable()\n"  # until it is ready: what is loaded stays
    "os.closerange(3, 65536)\n"  # what a library of the parent left open is not the child's
    "sys.path[:] = json.loads(sys.argv[2])\n"
    "from agentguard.base.deferred import defer\n"
    "defer(('inspect', 'pkgutil', 'socket'))\n"  # of which nothing is used here
    "from agentguard.detect.sandbox.worker_entry import begin\n"
    f"begin({_DESCRIPTOR})\n"
)
_BOOT_OF_WINDOWS = (
    "import gc, json, sys\n"
    "gc.disable()\n"  # as above
    "sys.path[:] = json.loads(sys.argv[2])\n"
    "from agentguard.detect.sandbox.worker_entry import begin\n"
    "begin(int(sys.argv[3]))\n"
)
_LOWEST = 19
_NAME = "agentguard-scan"  # what a list of processes shows
_PASSED_ON = ("PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
_PASSED_ON_TOO = ("LC_", "TESSDATA_")


def born(start: Starting | None = None) -> tuple[Child, Line]:
    """Start a child, on Windows by `start`; give it and the line to it.

    Raises:
        OSError: the system starts no more processes.

    """
    pair, by = _way(start)
    ours, theirs = pair()
    try:
        return by(theirs), ours
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()


def _way(start: Starting | None) -> tuple[Pair, Callable[[Line], Child]]:
    """Choose how: by the hand of `platforms`, by our own, or by `multiprocessing`."""
    if sys.platform == "win32" and start is not None:
        return _piped, lambda line: start(_words(line.fileno()), line.fileno())
    if sys.platform != "win32" and not getattr(sys, "frozen", False) and sys.executable:
        return _pair, _spawned
    return _piped, _by_multiprocessing


def _words(handle: int) -> tuple[str, ...]:
    """Return what starts a child that has inherited a handle."""
    if getattr(sys, "frozen", False):
        return sys.executable, SCAN_CHILD, str(handle)
    isolated = (sys.executable, "-I", "-S", *_utf8(), "-c", _BOOT_OF_WINDOWS)
    return (*isolated, SCAN_CHILD, json.dumps(_path()), str(handle))


def _piped() -> tuple[Line, Line]:
    from multiprocessing.connection import Pipe  # noqa: PLC0415 - most of POSIX goes without

    return Pipe()


def _by_multiprocessing(line: Line) -> Child:
    import multiprocessing  # noqa: PLC0415 - as above

    context = multiprocessing.get_context("spawn")
    process = context.Process(target=worker_entry.main, args=(line,), name="scan", daemon=True)
    process.start()
    return _Forked(process)


class _Forked:
    """A child of `multiprocessing`."""

    handle = 0

    def __init__(self, process: SpawnProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def make_modest(self) -> None:
        process = psutil.Process(self.pid)
        if sys.platform == "win32":
            process.nice(psutil.IDLE_PRIORITY_CLASS)
            process.ionice(psutil.IOPRIO_VERYLOW)
        else:
            modest(process)

    def kill(self) -> None:
        self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        self._process.join(timeout)


def modest(process: psutil.Process) -> None:
    """Give a process of POSIX the lowest priority.

    Raises:
        OSError: the system refuses, as a container may.
        psutil.Error: it is gone.

    """
    process.nice(_LOWEST)
    if sys.platform == "linux":
        process.ionice(psutil.IOPRIO_CLASS_IDLE)


if sys.platform == "win32":
    _pair, _spawned = _piped, _by_multiprocessing
else:
    from agentguard.detect.sandbox import ipc_channel

    _pair = ipc_channel.pair

    class _Spawned:
        """A child of `posix_spawn`; it is waited for, so that no zombie stays."""

        handle = 0

        def __init__(self, pid: int) -> None:
            self.pid = pid
            self._process = psutil.Process(pid)
            self._gone = False

        def is_alive(self) -> bool:
            if not self._gone:
                self.join(0)
            return not self._gone

        def make_modest(self) -> None:
            modest(self._process)

        def kill(self) -> None:
            if not self._gone:
                with suppress(OSError):  # with what it started, which is in its group
                    os.killpg(self.pid, signal.SIGKILL)

        def join(self, timeout: float | None = None) -> None:
            if not self._gone:
                with suppress(psutil.TimeoutExpired):
                    self._process.wait(timeout)
                    self._gone = True

    def _spawned(line: Line) -> Child:
        nowhere = os.devnull
        given = (sys.executable, "-I", "-S", *_utf8(), "-c", _BOOT, _NAME, json.dumps(_path()))
        pid = os.posix_spawn(
            sys.executable,
            given,
            environment(os.environ),
            file_actions=(
                (os.POSIX_SPAWN_DUP2, line.fileno(), _DESCRIPTOR),
                (os.POSIX_SPAWN_OPEN, 1, nowhere, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, nowhere, os.O_WRONLY, 0),
            ),
            setpgroup=0,  # Ctrl-C is for the parent, which then ends its child
        )
        return _Spawned(pid)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return what a parser of hostile files needs to know of the person's environment: little."""
    return {
        name: value
        for name, value in given.items()
        if name in _PASSED_ON or name.startswith(_PASSED_ON_TOO)
    }


def _utf8() -> tuple[str, ...]:
    """Have names of files read as the parent reads them."""
    return ("-X", f"utf8={sys.flags.utf8_mode}")


def _path() -> list[str]:
    """Return where modules are found, with the program itself first."""
    own = str(Path(agentguard.__file__).parents[1])
    return [own, *(str(Path(folder).absolute()) for folder in sys.path)]
