"""Starts this program again as a scan child, and holds it in a job object.

It inherits one handle, under the agent's shield. `multiprocessing` has its child open its parent
for handles; a shielded agent cannot be opened. What the parent needs of its child it asks by the
handle that it got, since no program of the person's, the agent among them, may open the child
either.

It ends with its parent, starts nothing, and takes no more than it may. Windows ends every process
of a job when the last handle to the job is closed, and the agent's handles are closed however the
agent ends; so no child outlives it, whatever its parser does.

Sources: Microsoft's reference of processthreadsapi.h, STARTUPINFOEXW, winnt.h and jobapi2.h, "Job
Objects" and "Nested Jobs"; NtSetInformationProcess with ProcessIoPriority as phnt declares it.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from ctypes import wintypes

from agentguard.platforms._win32 import api, shield_answers
from agentguard.platforms._win32.api import (
    BOOL,
    DWORD,
    HANDLE,
    INT,
    SIZE,
    TEXT,
    VOID,
    close_handle,
    kernel,
)
from agentguard.platforms._win32.described import Security, descriptor
from agentguard.platforms._win32.tokens import own_sid

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_SET_QUOTA, _TERMINATE = 0x0100, 0x0001  # PROCESS_SET_QUOTA, PROCESS_TERMINATE
_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_ACTIVE_PROCESS = 0x0008  # JOB_OBJECT_LIMIT_ACTIVE_PROCESS
_PROCESS_MEMORY = 0x0100  # JOB_OBJECT_LIMIT_PROCESS_MEMORY
_DIE_ON_UNHANDLED_EXCEPTION = 0x0400  # a crash shows no message box
_KILL_ON_JOB_CLOSE = 0x2000
_create = kernel("CreateJobObjectW", HANDLE, VOID, TEXT)
_set = kernel("SetInformationJobObject", BOOL, HANDLE, INT, VOID, DWORD)
_assign = kernel("AssignProcessToJobObject", BOOL, HANDLE, HANDLE)
_open_process = kernel("OpenProcess", HANDLE, DWORD, BOOL, DWORD)
_LIST = 4  # DACL_SECURITY_INFORMATION
_IO_PRIORITY, _VERY_LOW = 33, 0  # ProcessIoPriority, IoPriorityVeryLow
_set_security = api.advanced("SetKernelObjectSecurity", api.BOOL, api.HANDLE, api.DWORD, api.VOID)
_set_class = api.kernel("SetPriorityClass", api.BOOL, api.HANDLE, api.DWORD)
_set_process = api.declared(
    ctypes.WinDLL("ntdll"), "NtSetInformationProcess", api.LONG, api.HANDLE, api.INT, api.VOID,
    api.DWORD,
)  # fmt: skip


class _Basic(ctypes.Structure):
    """`JOBOBJECT_BASIC_LIMIT_INFORMATION`."""

    _fields_ = (
        ("process_time", wintypes.LARGE_INTEGER),
        ("job_time", wintypes.LARGE_INTEGER),
        ("flags", DWORD),
        ("least_working_set", SIZE),
        ("most_working_set", SIZE),
        ("processes", DWORD),
        ("affinity", SIZE),
        ("priority", DWORD),
        ("scheduling", DWORD),
    )


class _Extended(ctypes.Structure):
    """`JOBOBJECT_EXTENDED_LIMIT_INFORMATION`; between its parts stand `IO_COUNTERS`."""

    _fields_ = (
        ("basic", _Basic),
        ("counters", ctypes.c_ulonglong * 6),
        ("process_memory", SIZE),
        ("job_memory", SIZE),
        ("most_process_memory", SIZE),
        ("most_job_memory", SIZE),
    )


class Job:
    """A job with one process in it; safe to close twice."""

    def __init__(self, handle: int, limits: _Extended) -> None:
        self._handle = handle
        self._limits = limits

    def bound(self, memory: int) -> bool:
        """Let the process commit this many bytes; more fails within it. Tells whether it holds."""
        self._limits.basic.flags |= _PROCESS_MEMORY
        self._limits.process_memory = memory
        return _limited(self._handle, self._limits)

    def close(self) -> None:
        """End the process and whatever it started."""
        handle, self._handle = self._handle, 0
        if handle:
            close_handle(handle)


def leash(pid: int, *, programs: bool, handle: int = 0) -> Job | None:
    """Put a process into a job of its own; with `programs` it may start others, in the same job.

    Its `handle` is asked where there is one: an agent's own child lets nobody open it. None when
    Windows refuses, as it does where a job that forbids nesting holds this program.
    """
    limits = _Extended()
    limits.basic.flags = _KILL_ON_JOB_CLOSE | _DIE_ON_UNHANDLED_EXCEPTION
    if not programs:
        limits.basic.flags |= _ACTIVE_PROCESS
        limits.basic.processes = 1
    job = _create(None, None)
    if not job:
        return None
    joined = _limited(job, limits) and (_assign(job, handle) if handle else _joined(job, pid))
    if joined:
        return Job(job, limits)
    close_handle(job)
    return None


def _limited(handle: int, limits: _Extended) -> bool:
    return bool(_set(handle, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)))


def _joined(handle: int, pid: int) -> bool:
    process = _open_process(_SET_QUOTA | _TERMINATE, False, pid)
    if not process:
        return False
    try:
        return bool(_assign(handle, process))
    finally:
        close_handle(process)


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
