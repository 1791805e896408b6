"""The processes of a program's name, without opening any other: one picture of them all.

Source: Microsoft's reference of tlhelp32.h.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from ctypes import wintypes

from agentguard.platforms._win32 import api

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_PROCESSES = 2  # TH32CS_SNAPPROCESS
_LONGEST = 260  # MAX_PATH


class _Entry(ctypes.Structure):
    """`PROCESSENTRY32W`."""

    _fields_ = (
        ("size", api.DWORD),
        ("usage", api.DWORD),
        ("pid", api.DWORD),
        ("heap", api.SIZE),
        ("module", api.DWORD),
        ("threads", api.DWORD),
        ("parent", api.DWORD),
        ("priority", api.LONG),
        ("flags", api.DWORD),
        ("name", wintypes.WCHAR * _LONGEST),
    )


_pictured = api.kernel("CreateToolhelp32Snapshot", api.HANDLE, api.DWORD, api.DWORD)
_first = api.kernel("Process32FirstW", api.BOOL, api.HANDLE, ctypes.POINTER(_Entry))
_next = api.kernel("Process32NextW", api.BOOL, api.HANDLE, ctypes.POINTER(_Entry))
_NONE = ctypes.c_void_p(-1).value  # INVALID_HANDLE_VALUE


def processes_of(name: str) -> tuple[int, ...]:
    """Return the numbers of the processes whose program has this file name, in any session."""
    picture = _pictured(_PROCESSES, 0)
    if not picture or picture == _NONE:
        return ()
    try:
        wanted = name.casefold()
        return tuple(pid for pid, known in _entries(picture) if known.casefold() == wanted)
    finally:
        api.close_handle(picture)


def _entries(picture: int) -> Iterator[tuple[int, str]]:
    entry = _Entry(size=ctypes.sizeof(_Entry))
    more = _first(picture, ctypes.byref(entry))
    while more:
        yield int(entry.pid), str(entry.name)
        more = _next(picture, ctypes.byref(entry))
