"""A named mutex: one holder in a session of Windows, whatever file system the folder lies on.

Source: Microsoft's reference of synchapi.h, `CreateMutexW`, and of winuser.h,
`AllowSetForegroundWindow`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentguard.platforms._win32.api import (
    BOOL,
    DENIED,
    DWORD,
    HANDLE,
    TEXT,
    VOID,
    close_handle,
    kernel,
    user,
)

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_EXISTS = 183  # ERROR_ALREADY_EXISTS
_SYNCHRONIZE = 0x100000
_ANYBODY = 0xFFFFFFFF  # ASFW_ANY

_create = kernel("CreateMutexW", HANDLE, VOID, BOOL, TEXT)
_open = kernel("OpenMutexW", HANDLE, DWORD, BOOL, TEXT)
_allow = user("AllowSetForegroundWindow", BOOL, DWORD)


def of(folder: Path) -> str:
    """Return the name of the mutex that stands for a folder."""
    place = os.path.normcase(os.path.realpath(folder))
    return f"AgentGuard-{hashlib.sha256(place.encode()).hexdigest()[:32]}"


@contextmanager
def first(name: str) -> Iterator[bool]:
    """Hold the mutex `name` of this session; gives False when another process has it.

    One that may not be opened belongs to somebody else as well. Windows lets go of it with the
    process that holds it, however that ends.
    """
    handle = _create(None, False, f"Local\\{name}")
    known = ctypes.get_last_error() == _EXISTS
    try:
        yield bool(handle) and not known
    finally:
        if handle:
            close_handle(handle)


def there(name: str) -> bool:
    """Check whether anybody in this session has the mutex, without taking it."""
    handle = _open(_SYNCHRONIZE, False, f"Local\\{name}")
    if handle:
        close_handle(handle)
    return bool(handle) or ctypes.get_last_error() == DENIED


def give_way() -> None:
    """Let another program's window come to the front, as this one was just started by a person."""
    _allow(_ANYBODY)
