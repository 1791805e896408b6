"""Asks Windows of itself: its domain, how long it is up, and what metrics say of its end."""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.recorder._native import Pointer, function
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_SCREENS = 80  # SM_CMONITORS
_REMOTE = 0x1000  # SM_REMOTESESSION


def _joined() -> dict[str, object]:
    """Return whether it is in a domain or a workgroup, whose name is freed unread."""
    name, status = api.VOID(), api.INT()
    ask = function(
        "netapi32", "NetGetJoinInformation", api.DWORD, api.TEXT, Pointer(api.VOID),
        Pointer(api.INT),
    )  # fmt: skip
    code = ask(None, ctypes.byref(name), ctypes.byref(status))
    if code:
        raise Refusal(code)
    function("netapi32", "NetApiBufferFree", api.DWORD, api.VOID)(name)
    return {"status": status.value}


def _up() -> dict[str, object]:
    return {
        "seconds": api.tick_count() // 1000,
        "remote": bool(api.system_metrics(_REMOTE)),
        "ending": bool(api.system_metrics(api.SHUTTING_DOWN)),
        "screens": api.system_metrics(_SCREENS),
    }


CALLS = {"system.joined": _joined, "system.up": _up}
