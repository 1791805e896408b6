"""Brings the scan child into the world: silent, deaf to the keyboard, with one line to its parent.

On POSIX the child is spawned without `multiprocessing`, whose tracker of resources would stay as a
process of its own for as long as the agent lives (docs/adr/0008-scan-child.md). Windows has no such
tracker, and a frozen program starts itself again only through `multiprocessing.freeze_support`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psutil

import agentguard
from agentguard.detect.sandbox import worker_entry
from agentguard.detect.sandbox.ipc_messages import Line

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
_NAME = "agentguard-scan"  # what a list of processes shows
_PASSED_ON = ("PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
_PASSED_ON_TOO = ("LC_", "TESSDATA_")


class Process(Protocol):
    """What the parent does with its child."""

    @property
    def pid(self) -> int | None:
        """The process id."""
        ...

    def is_alive(self) -> bool:
        """Check whether it still runs."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def join(self, timeout: float | None = None) -> None:
        """Wait until it is gone, at most `timeout` seconds."""
        ...


def born() -> tuple[Process, Line]:
    """Start a child; give it and the line to it.

    Raises:
        OSError: the system starts no more processes.

    """
    by_hand = sys.platform != "win32" and not getattr(sys, "frozen", False) and sys.executable
    pair, start = (_pair, _spawned) if by_hand else (_piped, _by_multiprocessing)
    ours, theirs = pair()
    try:
        return start(theirs), ours
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()


def _piped() -> tuple[Line, Line]:
    from multiprocessing.connection import Pipe  # noqa: PLC0415 - most of POSIX goes without

    return Pipe()


def _by_multiprocessing(line: Line) -> Process:
    import multiprocessing  # noqa: PLC0415 - as above

    context = multiprocessing.get_context("spawn")
    process = context.Process(target=worker_entry.main, args=(line,), name="scan", daemon=True)
    process.start()
    return process


if sys.platform == "win32":
    _pair, _spawned = _piped, _by_multiprocessing
else:
    from agentguard.detect.sandbox.ipc_channel import pair as _pair

    class _Spawned:
        """A child of `posix_spawn`; it is waited for, so that no zombie stays."""

        def __init__(self, pid: int) -> None:
            self.pid = pid
            self._process = psutil.Process(pid)
            self._gone = False

        def is_alive(self) -> bool:
            if not self._gone:
                self.join(0)
            return not self._gone

        def kill(self) -> None:
            if not self._gone:
                with suppress(OSError):  # with what it started, which is in its group
                    os.killpg(self.pid, signal.SIGKILL)

        def join(self, timeout: float | None = None) -> None:
            if not self._gone:
                with suppress(psutil.TimeoutExpired):
                    self._process.wait(timeout)
                    self._gone = True

    def _spawned(line: Line) -> Process:
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
