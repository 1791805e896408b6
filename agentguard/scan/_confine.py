"""Puts the child in its place: lowest priority, bounded memory, deaf to the keyboard."""

from __future__ import annotations

import os
import signal
import sys

import psutil

from agentguard.scan.limits import MIB

LOWEST = 19


def confine(memory_mib: int) -> None:
    """Bound this process; Windows bounds memory from outside, by a job object."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_quiet()
    _be_modest()
    _bound_memory(memory_mib * MIB)


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


def _bound_memory(size: int) -> None:
    """Let the address space grow by `size` over what the program itself needs."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - exists on POSIX alone

        base = psutil.Process().memory_info().vms
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = base + size
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
