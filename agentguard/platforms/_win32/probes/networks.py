"""How the wireless networks that are in use are protected; their names are not read."""

from __future__ import annotations

import ctypes
import sys

from agentguard.model.machine import NetworksSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._one_question import open_for
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.machine_answers import Secured, networks
from agentguard.platforms._win32.runtime_objects import question
from agentguard.platforms._win32.wireless_profiles import information, secured
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 10.0

_VERSION = 2  # of the wireless service since Windows Vista
_DENIED, _NO_SERVICE = 5, 1062


class Refused(OSError):
    """The wireless service refused; `args[0]` is Windows' number."""


def _has_interface() -> bool:
    """Check whether there is a wireless interface, which nobody needs the location for."""
    library = ctypes.WinDLL("wlanapi")
    begin = api.declared(
        library, "WlanOpenHandle", api.DWORD, api.DWORD, api.VOID, ctypes.POINTER(api.DWORD),
        ctypes.POINTER(api.HANDLE),
    )  # fmt: skip
    end = api.declared(library, "WlanCloseHandle", api.DWORD, api.HANDLE, api.VOID)
    listed = api.declared(
        library, "WlanEnumInterfaces", api.DWORD, api.HANDLE, api.VOID, ctypes.POINTER(api.VOID)
    )
    free = api.declared(library, "WlanFreeMemory", None, api.VOID)
    version, handle, told = api.DWORD(), api.HANDLE(), api.VOID()
    _checked(begin(_VERSION, None, ctypes.byref(version), ctypes.byref(handle)))
    try:
        _checked(listed(handle, None, ctypes.byref(told)))
        return bool(told.value) and any(ctypes.string_at(told, 4))
    finally:
        free(told)
        end(handle, None)


def _checked(code: int) -> None:
    if code:
        raise Refused(code)


def _secured() -> tuple[Secured, ...]:
    return secured(information())


USED = question("networks", SECONDS, _secured)


def read(at: Moment, _policy: Policy) -> NetworksSeen:
    """Ask the wireless service, which does not run where nothing is wireless, then the Runtime."""
    try:
        wireless = _has_interface()
        return networks(USED.ask() if wireless else (), at, wireless=wireless)
    except Refused as problem:
        if problem.args[0] == _NO_SERVICE:
            return networks((), at, wireless=False)
        denied = problem.args[0] == _DENIED
        return NetworksSeen(at=at, unread="denied" if denied else "no-answer")
    except ComponentError as problem:
        return NetworksSeen(at=at, unread=problem.unread)
    except (OSError, AttributeError):
        return NetworksSeen(at=at, unread="unsupported")


PROBE = Probe(name="networks", every=300, read=read, open=open_for(USED))
