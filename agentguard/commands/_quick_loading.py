"""Lets Python look for no garbage while a program is put together: what is loaded stays."""

from __future__ import annotations

import gc
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading(*, tidy: bool = False) -> Iterator[None]:
    """Look for none until the end; what is there by then is never looked through.

    A `tidy` end looks once through everything, which takes some 50 ms: each record with slots has
    left the class behind that it was made from.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if tidy:
            linecache.clearcache()  # PySide reads sources as it starts
            sys.path_importer_cache.clear()  # what stands in each folder that was imported from
            gc.unfreeze()
            gc.collect()
        gc.freeze()
        if before:
            gc.enable()
