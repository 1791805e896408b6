"""Gives memory back to the system that was freed and that the C library keeps for later."""

from __future__ import annotations

import sys

_ARENAS = -8
"""M_ARENA_MAX of glibc's malloc.h: how many heaps the threads may have."""

_MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD: pieces from this size on are asked of the system each by itself."""
LARGE = 128 * 1024
"""Bytes of what glibc calls large at first; by itself it raises that to the largest piece freed."""


def one_heap() -> None:
    """Let threads to come share one heap: glibc gives each its own, most of it unused.

    Never raises. What Python's threads do, they do one after the other anyway.
    """
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - after a first icon

    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose is not None:  # musl has none, and one heap
        choose(_ARENAS, 1)


def large_apart() -> None:
    """Let large pieces never come from the heap, where small ones that stay would pin them.

    Never raises. A connection's piece of 256 KiB leaves a gap there that the next does not fit
    into once something small lies in it, so the heap grows with each that ever was.
    """
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - after a first icon

    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose is not None:  # musl has none, and does so by itself
        choose(_MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Give back what can be: glibc alone keeps it; takes some milliseconds. Never raises."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - after a first icon

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # musl has none, and keeps nothing
        trim(0)
