"""What Citrix' own library says of this session: its virtual desktops look like the console.

Source: Citrix, WFAPI SDK (WFGetActiveProtocol; WF_CURRENT_SESSION). The library is taken by its
full path from folders that only administrators can write to, never from the search path.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from agentguard.platforms._win32 import api, registry

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

WINDOWS = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
FUNCTION = "WFGetActiveProtocol"
_THIS_SESSION = 0xFFFFFFFF  # WF_CURRENT_SESSION

_system = api.kernel("GetSystemDirectoryW", api.UINT, ctypes.c_wchar_p, api.UINT)


def places() -> Iterator[Path]:
    """Yield where Citrix puts its library."""
    text = ctypes.create_unicode_buffer(api.LONGEST_PATH)
    if _system(text, api.LONGEST_PATH):
        yield Path(text.value) / "wfapi.dll"
    programs = registry.values(registry.MACHINE, WINDOWS).get("ProgramFilesDir")
    if isinstance(programs, str) and programs:
        yield from (
            Path(programs) / "Citrix/System32" / name for name in ("wfapi64.dll", "wfapi.dll")
        )


def citrix_protocol(found: Iterable[Path] | None = None, function: str = FUNCTION) -> int | None:
    """Return the protocol as WTSClientProtocolType numbers it; None without Citrix."""
    for place in places() if found is None else found:
        try:
            if not place.is_file():
                continue
            asked = api.declared(ctypes.WinDLL(str(place)), function, ctypes.c_int, api.DWORD)
            told: int = asked(_THIS_SESSION)
        except (OSError, AttributeError):
            continue
        return told
    return None
