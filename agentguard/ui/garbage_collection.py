"""Python's garbage is looked for in Qt's thread alone while windows may be among it.

PySide ends a widget of Qt's own class in the main thread, but one of a class written in Python in
whatever thread the collector happens to run in, and the engine has several: the tray would crash.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OLDEST = 2


@contextmanager
def collected_here() -> Iterator[None]:
    """Let no thread look for garbage by itself until the end; `look` must be called meanwhile.

    Must be entered and left in Qt's thread: what is left at the end is ended there as well.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        if before:
            gc.enable()


def look() -> None:
    """Look for garbage as far as it is time, by Python's own thresholds."""
    for generation in range(OLDEST, -1, -1):
        limit = gc.get_threshold()[generation]
        if limit and gc.get_count()[generation] > limit:
            gc.collect(generation)
            return
