"""Puts the child in its place: modest, bounded, deaf, and leaving no traces."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from agentguard.scan.limits import MIB, Limits

LOWEST = 19
GRACE = 5.0
"""Seconds beyond a file's deadline after which a child whose parent is gone ends by itself."""

_FILES = 256


def confine(limits: Limits) -> None:
    """Bound this process; where the system cannot bound its memory, the parent watches it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_quiet()
    _be_modest()
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


def _be_modest() -> None:
    process = psutil.Process()
    try:
        if sys.platform == "win32":
            process.nice(psutil.IDLE_PRIORITY_CLASS)
            process.ionice(psutil.IOPRIO_VERYLOW)
        else:
            process.nice(LOWEST)
            if sys.platform == "linux":
                process.ionice(psutil.IOPRIO_CLASS_IDLE)
    except (psutil.Error, OSError):
        return  # a container may refuse; the scan is only less modest


if sys.platform != "win32":
    import resource

    def _bound(size: int) -> None:
        """Let the address space grow by `size` over what the program itself needs.

        Neither does the child write a file or leave a core, in which what it reads would stand.
        """
        base = psutil.Process().memory_info().vms
        _lower(resource.RLIMIT_AS, base + size)
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_FSIZE, 0)
        _lower(resource.RLIMIT_NOFILE, _FILES)

    def _lower(limit: int, wanted: int) -> None:
        hard = resource.getrlimit(limit)[1]
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (bound, bound))
