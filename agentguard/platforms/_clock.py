"""This machine's clock: boot time goes on in suspend and does not follow changes of wall time."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from agentguard.model.moments import Moment
from agentguard.ports.clock import Stop

SLICE = 60.0
"""Seconds of one wait: the system's waits stand still in suspend, so long ones are looked after."""

if sys.platform == "win32":
    import ctypes
    import winreg

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.GetTickCount64.restype = ctypes.c_ulonglong
    _PREFETCH = (
        r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
    )

    def boot_seconds() -> float:
        """Return the seconds since the machine started, suspend included."""
        return float(_kernel32.GetTickCount64()) / 1000

    def boot_id() -> str:
        """Return the number of this start, which the prefetcher counts; empty when it does not."""
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _PREFETCH) as key:
                return f"boot-{winreg.QueryValueEx(key, 'BootId')[0]}"
        except OSError:
            return ""

else:
    _BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

    def boot_seconds() -> float:
        """Return the seconds since the machine started, suspend included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def boot_id() -> str:
        """Return the kernel's random id of this start; empty when it cannot be read."""
        try:
            return _BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            return ""


class SystemClock:
    """The Clock of production."""

    def now(self) -> Moment:
        """Return the present moment."""
        return Moment(boot=boot_seconds(), wall=time.time())

    def wait(self, stop: Stop, seconds: float) -> bool:
        """Wait `seconds` of boot time, or until `stop` is set; tell whether it was set."""
        end = boot_seconds() + seconds
        while (left := end - boot_seconds()) > 0:
            if stop.wait(min(left, SLICE)):
                return True
        return stop.is_set()
