"""Gives memory back to the system that was freed and that the C library keeps for later."""

from __future__ import annotations

import sys

_ARENAS = -8
"""M_ARENA_MAX of glibc's malloc.h: how many heaps the threads may have."""


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


def give_back() -> None:
    """Give back what can be: glibc alone keeps it; takes some milliseconds. Never raises."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - after a first icon

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # musl has none, and keeps nothing
        trim(0)
