"""The shield of an agent: whether a process has it, and the part that the agent holds up itself.

The keeper gives an agent's process and first thread their lists of rights. Windows gives each later
thread the usual one, by which its person may stop and end it; so the agent gives its own threads a
list, again and again, since libraries and Windows make threads as they like (docs/adr/0051).

Source: Microsoft's reference of processthreadsapi.h and securitybaseapi.h; "Thread Security and
Access Rights"; NtGetNextThread of ntdll as phnt and Wine declare it.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator

from agentguard.platforms._win32 import api, shield_answers
from agentguard.platforms._win32.described import Security, descriptor
from agentguard.platforms._win32.tokens import own_sid

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_READ_CONTROL, _WRITE_LIST = 0x20000, 0x40000  # READ_CONTROL, WRITE_DAC
_ASK = 0x800  # THREAD_QUERY_LIMITED_INFORMATION
_LIST, _OWNER_AND_LIST = 4, 1 | 4  # DACL_SECURITY_INFORMATION, with OWNER_SECURITY_INFORMATION
_LONGEST = 65536
_SELF = ctypes.c_void_p(-1)  # the handle that stands for this process

_NT = ctypes.WinDLL("ntdll")
_open = api.kernel("OpenProcess", api.HANDLE, api.DWORD, api.BOOL, api.DWORD)
_open_thread = api.kernel("OpenThread", api.HANDLE, api.DWORD, api.BOOL, api.DWORD)
_number = api.kernel("GetThreadId", api.DWORD, api.HANDLE)
_next = api.declared(
    _NT, "NtGetNextThread", api.LONG, api.HANDLE, api.HANDLE, api.DWORD, api.DWORD, api.DWORD,
    ctypes.POINTER(api.HANDLE),
)  # fmt: skip
_security = api.advanced(
    "GetKernelObjectSecurity", api.BOOL, api.HANDLE, api.DWORD, api.VOID, api.DWORD,
    ctypes.POINTER(api.DWORD),
)  # fmt: skip
_set_security = api.advanced("SetKernelObjectSecurity", api.BOOL, api.HANDLE, api.DWORD, api.VOID)


def shielded(pid: int) -> bool:
    """Check whether a process is the system's, so that its person cannot have made it so."""
    process = _open(_READ_CONTROL, False, pid)
    if not process:
        return ctypes.get_last_error() == api.DENIED  # not even the list may be read
    try:
        data, size = ctypes.create_string_buffer(_LONGEST), api.DWORD()
        told = _security(process, _OWNER_AND_LIST, data, _LONGEST, ctypes.byref(size))
        return bool(told) and shield_answers.is_of_the_system(data.raw[: size.value])
    finally:
        api.close_handle(process)


class ThreadShield:
    """Gives each thread of this process its list of rights, once; only one thread calls this."""

    def __init__(self) -> None:
        self._known: frozenset[int] = frozenset()

    def __call__(self) -> None:
        """See to the threads that have come since the last time."""
        there = frozenset(_threads())
        if new := there - self._known:
            with Security(shield_answers.own_thread(own_sid())) as made:
                for number in new:
                    _narrow(number, descriptor(made))
        self._known = there


THREADS = ThreadShield()
"""That of this process."""


def _threads() -> Iterator[int]:
    """Yield the numbers of this process's threads."""
    before, found = 0, api.HANDLE()
    try:
        while _next(_SELF, before, _ASK, 0, 0, ctypes.byref(found)) == 0:
            api.close_handle(before)
            before = int(found.value or 0)
            yield int(_number(before))
    finally:
        api.close_handle(before)


def _narrow(number: int, rights: int) -> None:
    """Give a thread its list; one that has it already does not let it be changed, or has gone."""
    thread = _open_thread(_WRITE_LIST, False, number)
    if thread:
        _set_security(thread, _LIST, rights)
        api.close_handle(thread)
