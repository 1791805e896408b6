"""The network adapters and the dialled connections of Windows, without any address.

Sources: Microsoft, GetAdaptersAddresses (iphlpapi.h), RasEnumConnectionsW, RasGetConnectStatusW
(ras.h).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from typing import Any, ClassVar

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.vpn_answers import (
    CONNECTION_BYTES,
    STATUS_BYTES,
    Adapter,
    Dialled,
    dialled,
)

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_NO_ADDRESSES = 0x1 | 0x2 | 0x4 | 0x8  # GAA_FLAG_SKIP_UNICAST, _ANYCAST, _MULTICAST, _DNS_SERVER
_OVERFLOW, _NO_DATA, _TOO_SMALL = 111, 232, 603  # ERROR_BUFFER_OVERFLOW, _NO_DATA, _TOO_SMALL
_TRIES = 4  # the list may grow between two calls
_ENDED = 6  # ERROR_INVALID_HANDLE: it has just ended
_HANDLE = 4  # where hrasconn lies in RASCONNW


class _Entry(ctypes.Structure):
    """IP_ADAPTER_ADDRESSES_LH, as far as the kind of its tunnel."""

    _fields_: ClassVar[Any] = [
        ("head", ctypes.c_ulonglong),
        ("next", ctypes.c_void_p),
        ("id", ctypes.c_char_p),
        ("addresses", ctypes.c_void_p * 4),
        ("suffix", ctypes.c_wchar_p),
        ("description", ctypes.c_wchar_p),
        ("name", ctypes.c_wchar_p),
        ("physical", ctypes.c_ubyte * 8),
        ("numbers", ctypes.c_ulong * 3),
        ("kind", ctypes.c_ulong),
        ("state", ctypes.c_int),
        ("index6", ctypes.c_ulong),
        ("zones", ctypes.c_ulong * 16),
        ("prefix", ctypes.c_void_p),
        ("speeds", ctypes.c_ulonglong * 2),
        ("wins", ctypes.c_void_p),
        ("gateway", ctypes.c_void_p),
        ("metrics", ctypes.c_ulong * 2),
        ("luid", ctypes.c_ulonglong),
        ("dhcp", ctypes.c_void_p * 2),
        ("compartment", ctypes.c_ulong),
        ("network", ctypes.c_ubyte * 16),
        ("connection", ctypes.c_int),
        ("tunnel", ctypes.c_int),
    ]


def adapters() -> tuple[Adapter, ...]:
    """Return every adapter, whether it is up or not.

    Raises:
        PlatformError: Windows does not list them.

    """
    ask = api.declared(
        ctypes.WinDLL("iphlpapi"), "GetAdaptersAddresses", api.DWORD, api.DWORD, api.DWORD,
        api.VOID, api.VOID, ctypes.POINTER(api.DWORD),
    )  # fmt: skip
    size = api.DWORD(16384)
    for _ in range(_TRIES):
        room = ctypes.create_string_buffer(size.value)
        code = ask(0, _NO_ADDRESSES, None, room, ctypes.byref(size))
        if code == _NO_DATA:
            return ()
        if code == 0:
            return tuple(_entries(ctypes.addressof(room)))
        if code != _OVERFLOW:
            break
    raise PlatformError("Windows does not list its network adapters.")


def _entries(address: int | None) -> Iterator[Adapter]:
    while address:
        one = _Entry.from_address(address)
        yield Adapter(
            name=one.name or "",
            description=one.description or "",
            kind=one.kind,
            state=one.state,
            tunnel=one.tunnel,
            suffix=one.suffix or "",
        )
        address = one.next


def connections() -> tuple[Dialled, ...]:
    """Return the connections that Windows itself has dialled, or is dialling.

    Raises:
        PlatformError: Windows does not list them.

    """
    try:
        library = ctypes.WinDLL("rasapi32")
    except OSError as problem:
        raise PlatformError("This Windows has no dialled connections.") from problem
    numbers = ctypes.POINTER(api.DWORD)
    ask = api.declared(library, "RasEnumConnectionsW", api.DWORD, api.VOID, numbers, numbers)
    room_for, count = 4, api.DWORD()
    for _ in range(_TRIES):
        size = api.DWORD(room_for * CONNECTION_BYTES)
        room = ctypes.create_string_buffer(CONNECTION_BYTES.to_bytes(4, "little"), size.value)
        code = ask(room, ctypes.byref(size), ctypes.byref(count))
        if code == 0:
            starts = (number * CONNECTION_BYTES for number in range(count.value))
            return tuple(_dialled(library, room.raw[s : s + CONNECTION_BYTES]) for s in starts)
        if code != _TOO_SMALL:
            break
        room_for = size.value // CONNECTION_BYTES + 1
    raise PlatformError("Windows does not list its dialled connections.")


def _dialled(library: ctypes.CDLL, connection: bytes) -> Dialled:
    ask = api.declared(library, "RasGetConnectStatusW", api.DWORD, api.HANDLE, api.VOID)
    handle = int.from_bytes(connection[_HANDLE : _HANDLE + ctypes.sizeof(api.HANDLE)], "little")
    status = ctypes.create_string_buffer(STATUS_BYTES.to_bytes(4, "little"), STATUS_BYTES)
    code = ask(handle, status)
    if code not in {0, _ENDED}:
        raise PlatformError("Windows does not tell the state of a dialled connection.")
    return dialled(connection, status.raw if code == 0 else b"")
