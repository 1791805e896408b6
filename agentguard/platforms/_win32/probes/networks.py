"""How the wireless networks that are in use are protected; their names are not read."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from agentguard.model.machine import NetworksSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.machine_answers import networks
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

_VERSION = 2  # of the wireless service since Windows Vista
_CURRENT_CONNECTION = 7  # wlan_intf_opcode_current_connection
_DENIED, _NOT_CONNECTED, _NO_SERVICE = 5, 5023, 1062
_HEAD, _INTERFACE, _ID = 8, 532, 16  # bytes of WLAN_INTERFACE_INFO_LIST's parts


class Refused(OSError):
    """The wireless service refused; `args[0]` is Windows' number."""


class _Service:
    """A session with the wireless service."""

    def __init__(self, library: ctypes.CDLL, handle: int) -> None:
        self._handle = handle
        pointer = ctypes.POINTER(api.VOID)
        self._list = api.declared(
            library, "WlanEnumInterfaces", api.DWORD, api.HANDLE, api.VOID, pointer
        )
        self._ask = api.declared(
            library, "WlanQueryInterface", api.DWORD, api.HANDLE, api.VOID, api.INT, api.VOID,
            ctypes.POINTER(api.DWORD), pointer, api.VOID,
        )  # fmt: skip
        self._free = api.declared(library, "WlanFreeMemory", None, api.VOID)

    def interfaces(self) -> tuple[bytes, ...]:
        """Return the ids of the wireless interfaces."""
        told = api.VOID()
        _checked(self._list(self._handle, None, ctypes.byref(told)))
        try:
            count = int.from_bytes(ctypes.string_at(told, 4), "little") if told.value else 0
            whole = ctypes.string_at(told, _HEAD + count * _INTERFACE) if count else b""
        finally:
            self._free(told)
        starts = (_HEAD + number * _INTERFACE for number in range(count))
        return tuple(whole[start : start + _ID] for start in starts)

    def connection(self, interface: bytes) -> bytes:
        """Return an interface's WLAN_CONNECTION_ATTRIBUTES; empty when it is not connected."""
        size, told = api.DWORD(), api.VOID()
        code = self._ask(
            self._handle, interface, _CURRENT_CONNECTION, None, ctypes.byref(size),
            ctypes.byref(told), None,
        )  # fmt: skip
        if code == _NOT_CONNECTED:
            return b""
        _checked(code)
        try:
            return ctypes.string_at(told, size.value)
        finally:
            self._free(told)


def _checked(code: int) -> None:
    if code:
        raise Refused(code)


@contextmanager
def _service() -> Iterator[_Service]:
    library = ctypes.WinDLL("wlanapi")
    begin = api.declared(
        library, "WlanOpenHandle", api.DWORD, api.DWORD, api.VOID, ctypes.POINTER(api.DWORD),
        ctypes.POINTER(api.HANDLE),
    )  # fmt: skip
    end = api.declared(library, "WlanCloseHandle", api.DWORD, api.HANDLE, api.VOID)
    version, handle = api.DWORD(), api.HANDLE()
    _checked(begin(_VERSION, None, ctypes.byref(version), ctypes.byref(handle)))
    try:
        yield _Service(library, handle.value or 0)
    finally:
        end(handle, None)


def read(at: Moment, _policy: Policy) -> NetworksSeen:
    """Ask the wireless service, which does not run where there is no wireless interface."""
    try:
        with _service() as service:
            every = service.interfaces()
            return networks(map(service.connection, every), at, wireless=bool(every))
    except Refused as problem:
        if problem.args[0] == _NO_SERVICE:
            return networks((), at, wireless=False)
        denied = problem.args[0] == _DENIED
        return NetworksSeen(at=at, unread="denied" if denied else "no-answer")
    except (OSError, AttributeError):
        return NetworksSeen(at=at, unread="unsupported")


PROBE = Probe(name="networks", every=300, read=read)
