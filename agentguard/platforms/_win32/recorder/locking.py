"""Asks Windows of power: the battery, the plan, what the computer can do, and its events."""

from __future__ import annotations

import ctypes
import sys
import uuid

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.recorder._native import Pointer, done, function
from agentguard.platforms.recorder.recording import Refusal
from agentguard.platforms.recorder.topics.locking import CAPABILITIES

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

SETTINGS = {
    "display": (
        uuid.UUID("7516b95f-f776-4464-8c53-06167f40cc99"),
        uuid.UUID("3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e"),
    ),
    "sleep": (
        uuid.UUID("238c9fa8-0aad-41ed-83f4-97be242c8f20"),
        uuid.UUID("29f6c1db-86da-48c5-9fdb-f2b67b1f44da"),
    ),
    "password": (
        uuid.UUID("fea3413e-7e05-4911-9a71-700331f1c294"),
        uuid.UUID("0e796bdb-100d-47d6-a2d5-f7d2daa51f51"),
    ),
}
"""Groups and settings of winnt.h: display off, sleep, a password on wakeup."""
_CAPABILITIES, _SIZE = 4, 76  # SystemPowerCapabilities, SYSTEM_POWER_CAPABILITIES
_PLACES = dict(zip(CAPABILITIES, (2, 3, 4, 5, 6, 8, 20, 23, 30), strict=True))
"""Bytes of that structure: LidPresent, SystemS1 to S4, HiberFilePresent, AoAc and the rest."""
_CALLBACK = 2  # DEVICE_NOTIFY_CALLBACK
_ROUTINE = ctypes.WINFUNCTYPE(ctypes.c_ulong, api.VOID, ctypes.c_ulong, api.VOID)


class _Subscription(ctypes.Structure):
    """`DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS`."""

    _fields_ = (("callback", _ROUTINE), ("context", api.VOID))


def _status() -> dict[str, object]:
    status = ctypes.create_string_buffer(12)
    ask = function("kernel32", "GetSystemPowerStatus", api.BOOL, api.VOID)
    done(ask(status))
    line, battery, percent, saver = status.raw[:4]
    return {"line": line, "battery": battery, "percent": percent, "saver": saver}


def _plan() -> dict[str, object]:
    scheme = api.VOID()
    active = function("powrprof", "PowerGetActiveScheme", api.DWORD, api.VOID, Pointer(api.VOID))
    code = active(None, ctypes.byref(scheme))
    if code:
        raise Refusal(code)
    try:
        return {
            name: {setting: _limit(read, scheme, *ids) for setting, ids in SETTINGS.items()}
            for name, read in (("ac", "PowerReadACValueIndex"), ("dc", "PowerReadDCValueIndex"))
        }
    finally:
        function("kernel32", "LocalFree", api.VOID, api.VOID)(scheme)


def _limit(name: str, scheme: ctypes.c_void_p, group: uuid.UUID, setting: uuid.UUID) -> int | None:
    pointers = (api.VOID, api.VOID, api.VOID, api.VOID, Pointer(api.DWORD))
    value = api.DWORD()
    ask = function("powrprof", name, api.DWORD, *pointers)
    failed = ask(None, scheme, group.bytes_le, setting.bytes_le, ctypes.byref(value))
    return None if failed else value.value


def _capabilities() -> dict[str, object]:
    told = ctypes.create_string_buffer(_SIZE)
    ask = function(
        "powrprof", "CallNtPowerInformation", ctypes.c_int32, api.INT, api.VOID, api.DWORD,
        api.VOID, api.DWORD,
    )  # fmt: skip
    code = ask(_CAPABILITIES, None, 0, told, _SIZE)
    if code:
        raise Refusal(code)
    return {name: told.raw[place] != 0 for name, place in _PLACES.items()}


def _events() -> dict[str, object]:
    register = function(
        "powrprof", "PowerRegisterSuspendResumeNotification", api.DWORD, api.DWORD,
        Pointer(_Subscription), Pointer(api.VOID),
    )  # fmt: skip
    heard = _Subscription(callback=_ROUTINE(lambda _context, _event, _setting: 0))
    handle = api.VOID()
    code = register(_CALLBACK, ctypes.byref(heard), ctypes.byref(handle))
    if code:
        raise Refusal(code)
    function("powrprof", "PowerUnregisterSuspendResumeNotification", api.DWORD, api.VOID)(handle)
    return {"registered": 1}


CALLS = {
    "power.status": _status,
    "power.plan": _plan,
    "power.capabilities": _capabilities,
    "power.events": _events,
}
