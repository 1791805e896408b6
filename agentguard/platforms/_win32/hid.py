"""Which security keys are plugged in, by the interfaces of the HID class; no rights are needed.

Sources: Microsoft, SetupDiGetClassDevs, SetupDiEnumDeviceInterfaces, HidD_GetPreparsedData,
HidP_GetCaps, CreateFile: a device that is opened for nothing but its own description is opened for
everybody. Only the system may speak to a key, yet everybody may see that it is there.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.key_answers import CAPS, Known

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_PRESENT_INTERFACES = 0x12  # DIGCF_PRESENT | DIGCF_DEVICEINTERFACE
_SHARED = 0x3  # FILE_SHARE_READ | FILE_SHARE_WRITE
_EXISTING = 3  # OPEN_EXISTING
_NONE = ctypes.c_void_p(-1).value  # INVALID_HANDLE_VALUE
_GOOD = 0x00110000  # HIDP_STATUS_SUCCESS
_HEAD = 8 if ctypes.sizeof(ctypes.c_void_p) == 8 else 6  # noqa: PLR2004 - the header packs by 1 on 32 bits
_PATH_AT = 4  # after cbSize in SP_DEVICE_INTERFACE_DETAIL_DATA_W
_MOST = 1000  # interfaces

_Guid = ctypes.c_ubyte * 16


class _Interface(ctypes.Structure):
    """SP_DEVICE_INTERFACE_DATA."""

    _fields_ = (
        ("size", api.DWORD),
        ("guid", _Guid),
        ("flags", api.DWORD),
        ("reserved", ctypes.c_void_p),
    )


_HID_CLASS = _Guid.from_buffer_copy(  # GUID_DEVINTERFACE_HID
    bytes.fromhex("b2551e4d6ff1cf1188cb001111000030")
)
_SETUP, _HID = ctypes.WinDLL("setupapi"), ctypes.WinDLL("hid")
_devices = api.declared(
    _SETUP, "SetupDiGetClassDevsW", api.HANDLE, ctypes.c_void_p, api.TEXT, api.HWND, api.DWORD
)
_next = api.declared(
    _SETUP, "SetupDiEnumDeviceInterfaces", api.BOOL,
    api.HANDLE, ctypes.c_void_p, ctypes.c_void_p, api.DWORD, ctypes.POINTER(_Interface),
)  # fmt: skip
_detail = api.declared(
    _SETUP, "SetupDiGetDeviceInterfaceDetailW", api.BOOL,
    api.HANDLE, ctypes.POINTER(_Interface), ctypes.c_void_p, api.DWORD,
    ctypes.POINTER(api.DWORD), ctypes.c_void_p,
)  # fmt: skip
_forget = api.declared(_SETUP, "SetupDiDestroyDeviceInfoList", api.BOOL, api.HANDLE)
_open = api.kernel(
    "CreateFileW", api.HANDLE, api.TEXT, api.DWORD, api.DWORD, api.VOID, api.DWORD, api.DWORD,
    api.HANDLE,
)  # fmt: skip
_prepared = api.declared(
    _HID, "HidD_GetPreparsedData", ctypes.c_ubyte, api.HANDLE, ctypes.POINTER(ctypes.c_void_p)
)
_free = api.declared(_HID, "HidD_FreePreparsedData", ctypes.c_ubyte, ctypes.c_void_p)
_caps = api.declared(_HID, "HidP_GetCaps", ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


def listed() -> tuple[str, ...] | None:
    """Return the paths of every HID device that is plugged in; None when Windows does not tell."""
    found = _devices(_HID_CLASS, None, None, _PRESENT_INTERFACES)
    if found in (None, _NONE):
        return None
    try:
        return tuple(_paths(found))
    finally:
        _forget(found)


def _paths(devices: int) -> Iterator[str]:
    one = _Interface(size=ctypes.sizeof(_Interface))
    for index in range(_MOST):
        if not _next(devices, None, _HID_CLASS, index, ctypes.byref(one)):
            return
        size = api.DWORD()
        _detail(devices, ctypes.byref(one), None, 0, ctypes.byref(size), None)
        room = ctypes.create_string_buffer(max(size.value, _HEAD))
        api.DWORD.from_buffer(room).value = _HEAD
        if _detail(devices, ctypes.byref(one), room, len(room), None, None):
            yield room.raw[_PATH_AT:].decode("utf-16-le", "replace").partition("\0")[0]


def described(path: str) -> bytes:
    """Return a device's HIDP_CAPS; empty when it is gone or does not say."""
    device = _open(path, 0, _SHARED, None, _EXISTING, 0, None)
    if device in (None, _NONE):
        return b""
    prepared = ctypes.c_void_p()
    try:
        if not _prepared(device, ctypes.byref(prepared)):
            return b""
        caps = ctypes.create_string_buffer(CAPS)
        return caps.raw if _caps(prepared, caps) == _GOOD else b""
    finally:
        if prepared.value:
            _free(prepared)
        api.close_handle(device)


KEYS = Known(listed, described)
"""What this process knows of the keys."""
