"""Whose a token is: the SID of the person, or the account, that a process or thread acts for.

Source: Microsoft's reference of processthreadsapi.h and securitybaseapi.h.
"""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.access_answers import sid

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

QUERY = 8  # TOKEN_QUERY
_USER = 1  # TokenUser
_LONGEST = 1024

_own_token = api.advanced(
    "OpenProcessToken", api.BOOL, api.HANDLE, api.DWORD, ctypes.POINTER(api.HANDLE)
)
_told = api.advanced(
    "GetTokenInformation", api.BOOL, api.HANDLE, api.INT, api.VOID, api.DWORD,
    ctypes.POINTER(api.DWORD),
)  # fmt: skip
_length = api.advanced("GetLengthSid", api.DWORD, api.VOID)
_process = api.kernel("GetCurrentProcess", api.HANDLE)


def sid_of(token: int) -> str:
    """Return the SID of the user of a token; empty when Windows does not tell it."""
    data, size = ctypes.create_string_buffer(_LONGEST), api.DWORD()
    if not _told(token, _USER, data, len(data), ctypes.byref(size)):
        return ""
    pointer = ctypes.cast(data, ctypes.POINTER(ctypes.c_void_p))[0]
    return sid(ctypes.string_at(pointer, _length(pointer)), 0)


def own_sid() -> str:
    """Return the SID that this program runs as; empty when Windows does not tell it."""
    token = api.HANDLE()
    if not _own_token(_process(), QUERY, ctypes.byref(token)):
        return ""
    try:
        return sid_of(token.value or 0)
    finally:
        api.close_handle(token)
