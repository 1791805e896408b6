"""Starts this program again as a child that inherits one handle, under the agent's shield.

`multiprocessing` has its child open its parent for handles; a shielded agent cannot be opened. What
the parent needs of its child it asks by the handle that it got, since no program of the person's,
the agent among them, may open the child either.

Source: Microsoft's reference of processthreadsapi.h, STARTUPINFOEXW; NtSetInformationProcess with
ProcessIoPriority as phnt declares it.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from agentguard.platforms._win32 import api, shield_answers
from agentguard.platforms._win32.described import Security, descriptor
from agentguard.platforms._win32.tokens import own_sid

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_LIST = 4  # DACL_SECURITY_INFORMATION
_IO_PRIORITY, _VERY_LOW = 33, 0  # ProcessIoPriority, IoPriorityVeryLow

_set_security = api.advanced("SetKernelObjectSecurity", api.BOOL, api.HANDLE, api.DWORD, api.VOID)
_set_class = api.kernel("SetPriorityClass", api.BOOL, api.HANDLE, api.DWORD)
_set_process = api.declared(
    ctypes.WinDLL("ntdll"), "NtSetInformationProcess", api.LONG, api.HANDLE, api.INT, api.VOID,
    api.DWORD,
)  # fmt: skip


class Child:
    """A child by its handle."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid: int | None = process.pid
        self.handle = int(vars(process)["_handle"])  # there is no other way to it

    def is_alive(self) -> bool:
        """Check whether it still runs."""
        return self._process.poll() is None

    def make_modest(self) -> None:
        """Give it the lowest priority for the processor and the disk."""
        lowest = api.DWORD(_VERY_LOW)
        _set_class(self.handle, subprocess.IDLE_PRIORITY_CLASS)
        _set_process(self.handle, _IO_PRIORITY, ctypes.byref(lowest), ctypes.sizeof(lowest))

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        """Wait until it is gone, at most `timeout` seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)


def start(words: Sequence[str], line: int) -> Child:
    """Start a program that inherits the handle `line` alone.

    Raises:
        OSError: Windows starts no more processes.

    """
    given = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [line]})
    os.set_handle_inheritable(line, True)
    try:
        made = subprocess.Popen(words, startupinfo=given, creationflags=subprocess.CREATE_NO_WINDOW)
    finally:
        os.set_handle_inheritable(line, False)
    child = Child(made)
    with Security(shield_answers.child(own_sid())) as rights:
        _set_security(child.handle, _LIST, descriptor(rights))
    return child
