"""A pointer to an interface of a Windows object: called by place, given back once.

Source: Microsoft, "IUnknown interface": the first word of an object points to its table.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_RELEASE = 2  # IUnknown's third method


class InterfacePointer:
    """One reference to an object of Windows, which is given back at the latest with this one."""

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer

    def release(self) -> None:
        """Give the object back."""
        pointer, self._pointer = self._pointer, 0
        if pointer:
            self._function(_RELEASE, at=pointer)(pointer)

    def __del__(self) -> None:
        with suppress(OSError):
            self.release()

    def _function(self, place: int, *shapes: Any, at: int = 0) -> Callable[..., int]:
        """Return the method at a place of the table."""
        table = ctypes.cast(at or self._pointer, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))
        shape = ctypes.WINFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, *shapes)
        made: Callable[..., int] = shape(table[0][place])
        return made
