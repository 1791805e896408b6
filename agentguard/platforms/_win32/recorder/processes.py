"""Tries what guards a process and its threads, on a program of ours that is never let run."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import wintypes
from dataclasses import dataclass

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.recorder import _descriptors, keeping
from agentguard.platforms._win32.recorder._native import Pointer, done, error_of, function

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

RIGHTS: Mapping[str, int] = {
    "terminate": 0x0001,
    "create-thread": 0x0002,
    "vm-operation": 0x0008,
    "vm-read": 0x0010,
    "vm-write": 0x0020,
    "duplicate": 0x0040,
    "suspend": 0x0800,
    "write-dac": 0x40000,
    "write-owner": 0x80000,
    "query-limited": 0x1000,
    "wait": 0x100000,
}
"""Rights of a process (winnt.h), by their names in the question."""
_OF_THREAD = {"terminate": 0x1, "suspend": 0x2, "context": 0x10, "write_dac": 0x40000}
_PROCESS = "D:P(A;;GA;;;SY)(A;;0x101000;;;{me})"
_WITH_OWNER = "D:P(A;;GA;;;SY)(A;;0x121000;;;OW)"
_THREAD = "D:P(A;;GA;;;SY)(A;;0x101c60;;;{me})"
_OWN_THREAD = "D:P(A;;GA;;;SY)(A;;0x120040;;;OW)"
_SUSPENDED, _NO_WINDOW = 0x4, 0x08000000  # CREATE_SUSPENDED, CREATE_NO_WINDOW
_LIST = 4  # DACL_SECURITY_INFORMATION
_DEFAULT = 6  # TokenDefaultDacl
_QUERY, _DUPLICATE, _ADJUST = 0x8, 0x2, 0x80  # TOKEN_QUERY, ..._DUPLICATE, ..._ADJUST_DEFAULT
_PRIMARY, _ANONYMOUS = 1, 0  # TokenPrimary, SecurityAnonymous
_KILL_ON_CLOSE, _EXTENDED = 0x2000, 9


class _Startup(ctypes.Structure):
    """`STARTUPINFOW`, of which only the size is told."""

    _fields_ = (("size", api.DWORD), ("rest", ctypes.c_ubyte * 100))


class _Started(ctypes.Structure):
    """`PROCESS_INFORMATION`."""

    _fields_ = (
        ("process", api.HANDLE),
        ("thread", api.HANDLE),
        ("process_number", api.DWORD),
        ("thread_number", api.DWORD),
    )


@dataclass(frozen=True, slots=True)
class _Child:
    process: int
    thread: int


@contextmanager
def _suspended(process: str = "", thread: str = "") -> Iterator[_Child]:
    """Have a program that was started and never runs; it is ended by the handle of its start."""
    create = function(
        "kernel32", "CreateProcessW", api.BOOL, api.TEXT, wintypes.LPWSTR, api.VOID, api.VOID,
        api.BOOL, api.DWORD, api.VOID, api.TEXT, Pointer(_Startup), Pointer(_Started),
    )  # fmt: skip
    end = function("kernel32", "TerminateProcess", api.BOOL, api.HANDLE, api.UINT)
    words = ctypes.create_unicode_buffer(f'"{sys.executable}" --version')
    startup, started = _Startup(size=104), _Started()
    with _given(process) as guarded, _given(thread) as of_thread:
        done(create(sys.executable, words, guarded, of_thread, False, _SUSPENDED | _NO_WINDOW,
                    None, None, ctypes.byref(startup), ctypes.byref(started)))  # fmt: skip
    try:
        yield _Child(started.process_number, started.thread_number)
    finally:
        end(started.process, 0)
        api.close_handle(started.thread)
        api.close_handle(started.process)


@contextmanager
def _given(sddl: str) -> Iterator[object]:
    if not sddl:
        yield None
        return
    with _descriptors.attributes(sddl.format(me=_descriptors.mine())) as given:
        yield ctypes.byref(given)


def _asked(name: str, right: int, number: int) -> int:
    """Return 0 when a right is given, else Windows' error; what is given goes back at once."""
    ask = function("kernel32", name, api.HANDLE, api.DWORD, api.BOOL, api.DWORD)
    handle = ask(right, False, number)
    error = error_of(handle)
    if handle:
        api.close_handle(handle)
    return error


def _guarded(sddl: str) -> dict[str, object]:
    with _suspended(process=sddl) as child:
        return {n: _asked("OpenProcess", right, child.process) for n, right in RIGHTS.items()}


def _thread() -> dict[str, object]:
    with _suspended(thread=_THREAD) as child:
        return {n: _asked("OpenThread", r, child.thread) for n, r in _OF_THREAD.items()}


def _own_thread() -> dict[str, object]:
    """Guard the thread that asks, which ends with the question."""
    put = function("advapi32", "SetKernelObjectSecurity", api.BOOL, api.HANDLE, api.DWORD, api.VOID)
    thread = function("kernel32", "GetCurrentThread", api.HANDLE)()
    number = function("kernel32", "GetCurrentThreadId", api.DWORD)()
    with _descriptors.descriptor(_OWN_THREAD) as made:
        done(put(thread, _LIST, made))
    told = {n: _asked("OpenThread", r, number) for n, r in _OF_THREAD.items() if n != "write_dac"}
    return {"set": True, **told}


def _default_list() -> dict[str, object]:
    """Narrow the default list of a copy of this program's token, and read it back."""
    copy = function(
        "advapi32", "DuplicateTokenEx", api.BOOL, api.HANDLE, api.DWORD, api.VOID, api.INT, api.INT,
        Pointer(api.HANDLE),
    )  # fmt: skip
    put = function(
        "advapi32", "SetTokenInformation", api.BOOL, api.HANDLE, api.INT, api.VOID, api.DWORD
    )
    other = api.HANDLE()
    with keeping.token(_QUERY | _DUPLICATE) as own:
        done(copy(own, _QUERY | _ADJUST, None, _ANONYMOUS, _PRIMARY, ctypes.byref(other)))
    try:
        with _descriptors.descriptor("D:P(A;;GA;;;SY)") as made:
            wanted = ctypes.c_void_p(_list_of(made))
            set_ = bool(put(other, _DEFAULT, ctypes.byref(wanted), ctypes.sizeof(wanted)))
        told = keeping.told_by_token(other.value or 0, _DEFAULT)
        return {"set": set_, "same": told[_POINTER + 4 : _POINTER + 6] == b"\x01\x00"}
    finally:
        api.close_handle(other)


_POINTER = ctypes.sizeof(ctypes.c_void_p)
"""A TOKEN_DEFAULT_DACL points to the list right behind itself, whose count stands at 4."""


def _list_of(descriptor: ctypes.c_void_p) -> int | None:
    ask = function(
        "advapi32", "GetSecurityDescriptorDacl", api.BOOL, api.VOID, Pointer(api.BOOL),
        Pointer(api.VOID), Pointer(api.BOOL),
    )  # fmt: skip
    there, usual, found = api.BOOL(), api.BOOL(), api.VOID()
    done(ask(descriptor, ctypes.byref(there), ctypes.byref(found), ctypes.byref(usual)))
    return found.value


def _global_event() -> dict[str, object]:
    make = function("kernel32", "CreateEventW", api.HANDLE, api.VOID, api.BOOL, api.BOOL, api.TEXT)
    made = make(None, True, False, r"Global\AgentGuard.Recorder")
    done(made)
    api.close_handle(made)
    return {"made": True}


def _job() -> dict[str, object]:
    make = function("kernel32", "CreateJobObjectW", api.HANDLE, api.VOID, api.TEXT)
    put = function(
        "kernel32", "SetInformationJobObject", api.BOOL, api.HANDLE, api.INT, api.VOID, api.DWORD
    )
    limits = (ctypes.c_ubyte * 144)()  # JOBOBJECT_EXTENDED_LIMIT_INFORMATION
    ctypes.c_uint32.from_buffer(limits, 16).value = _KILL_ON_CLOSE
    job = make(None, None)
    done(job)
    try:
        done(put(job, _EXTENDED, limits, len(limits)))
        return {"set": True}
    finally:
        api.close_handle(job)


CALLS = {
    "process.guarded": lambda: _guarded(_PROCESS),
    "process.owner-rights": lambda: _guarded(_WITH_OWNER),
    "process.thread": _thread,
    "process.own-thread": _own_thread,
    "token.default-list": _default_list,
    "events.global": _global_event,
    "job.limits": _job,
}
