"""Holds a scan child in a job object: it ends with its parent, starts nothing, and takes no more.

Windows ends every process of a job when the last handle to the job is closed, and the agent's
handles are closed however the agent ends; so no child outlives it, whatever its parser does.
Sources: Microsoft's reference of winnt.h and jobapi2.h, "Job Objects" and "Nested Jobs".
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes

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

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_SET_QUOTA, _TERMINATE = 0x0100, 0x0001  # PROCESS_SET_QUOTA, PROCESS_TERMINATE
_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_ACTIVE_PROCESS = 0x0008  # JOB_OBJECT_LIMIT_ACTIVE_PROCESS
_PROCESS_MEMORY = 0x0100  # JOB_OBJECT_LIMIT_PROCESS_MEMORY
_DIE_ON_UNHANDLED_EXCEPTION = 0x0400  # a crash shows no message box
_KILL_ON_JOB_CLOSE = 0x2000


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


_create = kernel("CreateJobObjectW", HANDLE, VOID, TEXT)
_set = kernel("SetInformationJobObject", BOOL, HANDLE, INT, VOID, DWORD)
_assign = kernel("AssignProcessToJobObject", BOOL, HANDLE, HANDLE)
_open_process = kernel("OpenProcess", HANDLE, DWORD, BOOL, DWORD)


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
