"""What Windows says of power: the battery, and the active plan's limits.

Sources: GetSystemPowerStatus (winbase.h), PowerReadACValueIndex and PowerReadDCValueIndex
(powersetting.h), and the GUIDs of winnt.h.
"""

from __future__ import annotations

import ctypes
import sys
import uuid

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.lock_answers import PowerPlan

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_OFFLINE, _ONLINE = 0, 1
_NO_BATTERY = 128

_VIDEO = (
    uuid.UUID("7516b95f-f776-4464-8c53-06167f40cc99"),
    uuid.UUID("3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e"),
)
_SLEEP = (
    uuid.UUID("238c9fa8-0aad-41ed-83f4-97be242c8f20"),
    uuid.UUID("29f6c1db-86da-48c5-9fdb-f2b67b1f44da"),
)
_LOCK = (
    uuid.UUID("fea3413e-7e05-4911-9a71-700331f1c294"),
    uuid.UUID("0e796bdb-100d-47d6-a2d5-f7d2daa51f51"),
)


class _Status(ctypes.Structure):
    """`SYSTEM_POWER_STATUS`."""

    _fields_ = (
        ("line", ctypes.c_ubyte),
        ("battery", ctypes.c_ubyte),
        ("percent", ctypes.c_ubyte),
        ("saver", ctypes.c_ubyte),
        ("left", api.DWORD),
        ("full", api.DWORD),
    )


_free = api.kernel("LocalFree", api.VOID, api.VOID)
_status = api.kernel("GetSystemPowerStatus", api.BOOL, ctypes.POINTER(_Status))


def on_battery() -> bool | None:
    """Return whether the computer runs on its battery.

    None without one, or when it is not known.
    """
    status = _Status()
    if not _status(ctypes.byref(status)) or status.battery & _NO_BATTERY:
        return None
    return {_OFFLINE: True, _ONLINE: False}.get(status.line)


def plan() -> PowerPlan:
    """Read the active plan's limits for the power that the computer runs on now."""
    try:
        library = ctypes.WinDLL("powrprof")
        return _Plan(library, on_battery=on_battery() is True).read()
    except (OSError, AttributeError):
        return PowerPlan()


class _Plan:
    """The active plan, read through powrprof."""

    def __init__(self, library: ctypes.CDLL, *, on_battery: bool) -> None:
        name = "PowerReadDCValueIndex" if on_battery else "PowerReadACValueIndex"
        pointers = (api.VOID, api.VOID, api.VOID, api.VOID, ctypes.POINTER(api.DWORD))
        self._value = api.declared(library, name, api.DWORD, *pointers)
        self._active = api.declared(
            library, "PowerGetActiveScheme", api.DWORD, api.VOID, ctypes.POINTER(api.VOID)
        )

    def read(self) -> PowerPlan:
        scheme = api.VOID()
        if self._active(None, ctypes.byref(scheme)):
            return PowerPlan()
        try:
            lock = self._read(scheme, *_LOCK)
            return PowerPlan(
                display=self._read(scheme, *_VIDEO),
                sleep=self._read(scheme, *_SLEEP),
                password=None if lock is None else bool(lock),
            )
        finally:
            _free(scheme)

    def _read(self, scheme: ctypes.c_void_p, group: uuid.UUID, setting: uuid.UUID) -> int | None:
        value = api.DWORD()
        failed = self._value(None, scheme, group.bytes_le, setting.bytes_le, ctypes.byref(value))
        return None if failed else value.value
