"""The version that a program's file says it has.

Source: Microsoft, GetFileVersionInfoW, VerQueryValueW and VS_FIXEDFILEINFO.
"""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_LONGEST = 1 << 20
_SIGNATURE = 0xFEEF04BD
_LIBRARY = ctypes.WinDLL("version", use_last_error=True)
_size = api.declared(_LIBRARY, "GetFileVersionInfoSizeW", api.DWORD, api.TEXT, api.VOID)
_read = api.declared(
    _LIBRARY, "GetFileVersionInfoW", api.BOOL, api.TEXT, api.DWORD, api.DWORD, api.VOID
)
_value = api.declared(
    _LIBRARY, "VerQueryValueW", api.BOOL, api.VOID, api.TEXT, ctypes.POINTER(api.VOID),
    ctypes.POINTER(api.UINT),
)  # fmt: skip


def version(path: str) -> str:
    """Return the version of a file, as 1.2.3.4; empty where it has none or may not be read."""
    size = _size(path, None)
    if not 0 < size <= _LONGEST:
        return ""
    data = ctypes.create_string_buffer(size)
    found, length = api.VOID(), api.UINT()
    if not _read(path, 0, size, data) or not _value(
        data, "\\", ctypes.byref(found), ctypes.byref(length)
    ):
        return ""
    if length.value < 4 * ctypes.sizeof(api.DWORD):
        return ""
    numbers = ctypes.cast(found, ctypes.POINTER(api.DWORD))
    if numbers[0] != _SIGNATURE:
        return ""
    high, low = numbers[2], numbers[3]
    return ".".join(str(one) for one in (high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF))
