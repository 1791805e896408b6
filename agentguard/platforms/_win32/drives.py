"""Which drives lie on other computers, by what a letter stands for: nothing is touched.

Source: Microsoft, QueryDosDevice, GetDriveType, DefineDosDevice and SetErrorMode. A drive of a
network may hang for a minute when it is asked for anything, so its name is read and no more.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.drive_answers import is_remote, letters

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

REMOTE = 4  # DRIVE_REMOTE
_LONGEST = 4096
_FAIL_CRITICAL = 0x0001  # SEM_FAILCRITICALERRORS

_drives = api.kernel("GetLogicalDrives", api.DWORD)
_kind = api.kernel("GetDriveTypeW", api.UINT, api.TEXT)
_target = api.kernel("QueryDosDeviceW", api.DWORD, api.TEXT, ctypes.c_void_p, api.DWORD)
_mode = api.kernel("GetErrorMode", api.UINT)
_set_mode = api.kernel("SetErrorMode", api.UINT, api.UINT)


def target(letter: str) -> str:
    """Return what a letter such as `T:` stands for; empty when Windows does not tell."""
    text = ctypes.create_unicode_buffer(_LONGEST)
    return text.value if _target(letter, text, _LONGEST) else ""


def network_drives(told: Callable[[str], str] = target) -> frozenset[str]:
    """Return the roots of the drives that lie on other computers."""
    every = {letter: told(letter) for letter in letters(_drives())}
    return frozenset(
        f"{letter}\\"
        for letter, stands_for in every.items()
        if is_remote(stands_for, every) or _kind(f"{letter}\\") == REMOTE
    )


def quiet() -> None:
    """Have an empty drive be an error of a call, and not a window that asks for a disk."""
    _set_mode(_mode() | _FAIL_CRITICAL)
