"""Has the system show a thread by its name, for whoever looks into a program that runs.

Linux keeps 15 bytes of it (proc_pid_comm(5)), Windows all of it (SetThreadDescription,
https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-setthreaddescription).
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

_MOST = 15

if sys.platform == "win32":
    import ctypes

    _LIMITED = 0x0400
    """THREAD_SET_LIMITED_INFORMATION: all that a name needs."""
    _kernel32 = ctypes.WinDLL("kernel32")
    _kernel32.OpenThread.restype = _kernel32.GetCurrentThread.restype = ctypes.c_void_p
    _kernel32.OpenThread.argtypes = (ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32)
    _kernel32.CloseHandle.argtypes = (ctypes.c_void_p,)

    def name_thread(name: str, thread: int) -> None:
        """Name a thread of this program, which is given by its number; one that ended has none."""
        describe = getattr(_kernel32, "SetThreadDescription", None)  # from Windows 10, 1607
        handle = _kernel32.OpenThread(_LIMITED, 0, thread) if describe is not None else None
        if describe is None or not handle:
            return
        describe.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p)
        describe(handle, name)
        _kernel32.CloseHandle(handle)

else:

    def name_thread(name: str, thread: int) -> None:
        """Name a thread of this program, which is given by its number; one that ended has none."""
        with suppress(OSError):
            file = Path(f"/proc/self/task/{thread}/comm")
            file.write_bytes(name.encode("ascii", "replace")[:_MOST])
