"""What Windows counts of a process, by its handle, and the time without the computer's sleep.

Source: Microsoft's reference of winbase.h, realtimeapiset.h and debugapi.h.
"""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.silence_answers import Signs

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_TICKS = 10_000_000  # a second, in units of 100 ns


class _Counters(ctypes.Structure):
    """`IO_COUNTERS`."""

    _fields_ = tuple(
        (name, ctypes.c_ulonglong)
        for name in ("reads", "writes", "others", "read_bytes", "written_bytes", "other_bytes")
    )


_NUMBER = ctypes.POINTER(ctypes.c_ulonglong)
_counters = api.kernel("GetProcessIoCounters", api.BOOL, api.HANDLE, ctypes.POINTER(_Counters))
_cycles = api.kernel("QueryProcessCycleTime", api.BOOL, api.HANDLE, _NUMBER)
_debugged = api.kernel("CheckRemoteDebuggerPresent", api.BOOL, api.HANDLE, ctypes.POINTER(api.BOOL))
_unbiased = api.kernel("QueryUnbiasedInterruptTime", api.BOOL, _NUMBER)


def of(process: int) -> Signs:
    """Return what is counted of a process; none of these calls waits for it."""
    counters, cycles, debugged = _Counters(), ctypes.c_ulonglong(), api.BOOL()
    counted = _counters(process, ctypes.byref(counters))
    ran = _cycles(process, ctypes.byref(cycles))
    held = _debugged(process, ctypes.byref(debugged))
    return Signs(
        operations=counters.reads + counters.writes + counters.others if counted else None,
        cycles=cycles.value if ran else None,
        debugged=bool(debugged.value) if held else None,
    )


def awake() -> float:
    """Return the seconds since the computer's start in which it did not sleep or hibernate."""
    ticks = ctypes.c_ulonglong()
    _unbiased(ctypes.byref(ticks))
    return ticks.value / _TICKS
