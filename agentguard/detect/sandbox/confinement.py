"""Puts the child in its place: bounded, deaf, and leaving no traces; its parent makes it modest.

`psutil` stays out of the child: importing it costs a tenth of the start to a first finding.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from agentguard.detect.limits import MIB, Limits

GRACE = 5.0
"""Seconds beyond a file's deadline after which a child whose parent is gone ends by itself."""

_FILES = 256


class Cage(Protocol):
    """Locks this process in; tells whether the system did it."""

    def __call__(self, *, pictures: bool) -> bool:
        """Lock; with `pictures` a program may still be started to read them."""
        ...


def confine(limits: Limits) -> None:
    """Bound this process; where the system cannot bound its memory, the parent watches it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_quiet()
    if sys.platform != "win32":
        _bound(limits.memory_mib * MIB)


@contextmanager
def mortal(seconds: float) -> Iterator[None]:
    """End this process when its work lasts far longer than a parent would have let it."""
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)  # SIGALRM kills within any library
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _be_quiet() -> None:
    """Send what a native library prints while it dies nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


if sys.platform != "win32":
    import resource

    def _bound(size: int) -> None:
        """Let the address space grow by `size` over what the program itself needs.

        Neither does the child write a file or leave a core, in which what it reads would stand.
        """
        base = _size()
        _lower(resource.RLIMIT_AS, base + size)
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_FSIZE, 0)
        _lower(resource.RLIMIT_NOFILE, _FILES)

    def _lower(limit: int, wanted: int) -> None:
        hard = resource.getrlimit(limit)[1]
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (bound, bound))

    def _size() -> int:
        """Return the address space in use (proc(5), statm), in bytes."""
        with Path("/proc/self/statm").open(encoding="ascii") as told:
            return int(told.read().split()[0]) * resource.getpagesize()
