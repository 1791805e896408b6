"""The languages in which Windows speaks to this person, the one she likes best first.

Source: GetUserPreferredUILanguages (winnls.h), which gives names such as `es-MX`, each ended by a
zero, and one more zero at the end.
"""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_BY_NAME = 0x8  # MUI_LANGUAGE_NAME
_MOST = 1024  # letters


def preferred() -> tuple[str, ...]:
    """Return the names of the languages; none where Windows does not tell."""
    ask = api.kernel(
        "GetUserPreferredUILanguages", api.INT, api.DWORD, api.VOID, api.VOID, api.VOID
    )
    count, size = ctypes.c_ulong(), ctypes.c_ulong(_MOST)
    names = ctypes.create_unicode_buffer(_MOST)
    if not ask(_BY_NAME, ctypes.byref(count), names, ctypes.byref(size)):
        return ()
    listed = "".join(names[letter] for letter in range(size.value))
    return tuple(filter(None, listed.split("\0")))
