"""Tells that the computer goes to sleep and wakes, by a call that needs no window.

Source: PowerRegisterSuspendResumeNotification (powerbase.h) and WM_POWERBROADCAST's events.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable

from agentguard.platforms._win32 import api
from agentguard.ports.clock import Stop

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LOG = logging.getLogger(__name__)

_CALLBACK = 2  # DEVICE_NOTIFY_CALLBACK
_SUSPENDS, _RESUMED, _RESUMED_BY_A_PERSON = 0x0004, 0x0012, 0x0007  # PBT_APM…
_ROUTINE = ctypes.WINFUNCTYPE(ctypes.c_ulong, api.VOID, ctypes.c_ulong, api.VOID)


class _Subscription(ctypes.Structure):
    """`DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS`."""

    _fields_ = (("callback", _ROUTINE), ("context", api.VOID))


_POWER = ctypes.WinDLL("powrprof")
_register = api.declared(
    _POWER,
    "PowerRegisterSuspendResumeNotification",
    api.DWORD,
    api.DWORD,
    ctypes.POINTER(_Subscription),
    ctypes.POINTER(api.VOID),
)
_unregister = api.declared(_POWER, "PowerUnregisterSuspendResumeNotification", api.DWORD, api.VOID)


class WindowsSleep:
    """Watches Windows; the system waits while its thread is in the call."""

    def watch(self, tell: Callable[[bool], None], stop: Stop) -> None:
        """Call `tell(True)` before the computer sleeps, `tell(False)` when it woke."""

        def heard(_context: object, event: int, _setting: object) -> int:
            if event == _SUSPENDS:
                tell(True)
            elif event in {_RESUMED, _RESUMED_BY_A_PERSON}:
                tell(False)
            return 0

        asked = _Subscription(callback=_ROUTINE(heard), context=None)
        handle = api.VOID()
        told = _register(_CALLBACK, ctypes.byref(asked), ctypes.byref(handle)) == 0
        if not told:
            LOG.info("nobody tells when this computer sleeps")
        try:
            stop.wait()
        finally:
            if told:
                _unregister(handle)
