"""Whether the person presents or wants no notices: by two questions to Windows."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from agentguard.model.attention import BusySeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.busy_answers import QUIET_HOURS, do_not_disturb, presenting
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

EVERY = 15.0
_LARGEST = 4096  # bytes of a state of the notification facility

Number = Callable[[], int | None]


def notification_state() -> int | None:
    """Return what SHQueryUserNotificationState tells; None when it fails."""
    state = api.INT()
    try:
        ask = ctypes.WinDLL("shell32").SHQueryUserNotificationState
    except (OSError, AttributeError):
        return None
    ask.restype, ask.argtypes = ctypes.c_int32, (ctypes.POINTER(api.INT),)
    return state.value if ask(ctypes.byref(state)) >= 0 else None


def quiet_hours() -> int | None:
    """Return the profile of do-not-disturb; None where this Windows does not tell."""
    name, stamp = ctypes.c_uint64(QUIET_HOURS), api.DWORD()
    buffer, size = ctypes.create_string_buffer(_LARGEST), api.DWORD(_LARGEST)
    try:
        ask = ctypes.WinDLL("ntdll").NtQueryWnfStateData
    except (OSError, AttributeError):
        return None
    ask.restype = ctypes.c_int32
    ask.argtypes = (api.VOID,) * 6
    pointers = (ctypes.byref(name), None, None, ctypes.byref(stamp), buffer, ctypes.byref(size))
    if ask(*pointers) < 0 or size.value != ctypes.sizeof(api.DWORD):
        return None
    return int.from_bytes(buffer.raw[: size.value], "little")


class BusyProbe:
    """Asks both; tests give recorded answers in the place of Windows."""

    def __init__(self, state: Number = notification_state, quiet: Number = quiet_hours) -> None:
        self._state, self._quiet = state, quiet

    def read(self, at: Moment, _policy: Policy) -> BusySeen:
        """Return it; what Windows does not tell is not known, and never busy."""
        return BusySeen(
            at=at,
            presenting=presenting(self._state()),
            do_not_disturb=do_not_disturb(self._quiet()),
        )


PROBE = Probe(name="busy", every=EVERY, read=BusyProbe().read)
