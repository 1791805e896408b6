"""Gives memory back to the system that was freed and that the C library keeps for later."""

from __future__ import annotations

import sys


def give_back() -> None:
    """Give back what can be: glibc alone keeps it; takes some milliseconds. Never raises."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - after a first icon

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # musl has none, and keeps nothing
        trim(0)
