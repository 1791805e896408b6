"""Windows' event log: a log of our own, with the source AgentGuard, which the installer makes.

Source: Microsoft, RegisterEventSource and ReportEvent (winbase.h). A source that is registered
nowhere is taken all the same, by the log Application; the viewer then says that it has no
description, beside our text.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping

from agentguard.platforms._win32 import api, registry
from agentguard.ports.desktop import Weight

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

SOURCE = "AgentGuard"
KEY = rf"SYSTEM\CurrentControlSet\Services\EventLog\{SOURCE}\{SOURCE}"
FILE = "EventMessageFile"
LONGEST = 8000  # characters; ReportEvent takes 31,839

TYPES: Mapping[Weight, int] = {
    Weight.ERROR: 0x0001,  # EVENTLOG_ERROR_TYPE
    Weight.WARNING: 0x0002,  # EVENTLOG_WARNING_TYPE
    Weight.INFORMATION: 0x0004,  # EVENTLOG_INFORMATION_TYPE
}

_begin = api.advanced("RegisterEventSourceW", api.HANDLE, api.TEXT, api.TEXT)
_end = api.advanced("DeregisterEventSource", api.BOOL, api.HANDLE)
_report = api.advanced(
    "ReportEventW", api.BOOL, api.HANDLE, ctypes.c_ushort, ctypes.c_ushort, api.DWORD, api.VOID,
    ctypes.c_ushort, api.DWORD, ctypes.POINTER(api.TEXT), api.VOID,
)  # fmt: skip


def opened() -> int:
    """Open the log of this computer; 0 when Windows refuses."""
    return int(_begin(None, SOURCE) or 0)


class WindowsEventLog:
    """The SystemLog port; tests give a log that cannot be opened in the place of Windows' own."""

    def __init__(self, begin: Callable[[], int] = opened) -> None:
        self._begin = begin

    def write(self, event: int, weight: Weight, text: str) -> None:
        """Write one line.

        Raises:
            PlatformError: Windows refused, or the log is full.

        """
        handle = self._opened()
        try:
            strings = (api.TEXT * 1)(text[:LONGEST])
            if not _report(handle, TYPES[weight], 0, event, None, 1, 0, strings, None):
                raise api.refused("a line in its event log")
        finally:
            _end(handle)

    def tried(self) -> bool:
        """Open it; tell whether the source is registered with a file of texts.

        Raises:
            PlatformError: Windows refused.

        """
        _end(self._opened())
        try:
            return bool(registry.values(registry.MACHINE, KEY).get(FILE))
        except PermissionError:
            return False

    def _opened(self) -> int:
        handle = self._begin()
        if not handle:
            raise api.refused("its event log")
        return handle
