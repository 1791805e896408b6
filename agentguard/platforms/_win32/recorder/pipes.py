"""Tries what guards a named pipe: its list of rights, and whom it knows at its other end."""

from __future__ import annotations

import ctypes
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.access_answers import sid
from agentguard.platforms._win32.recorder import _descriptors, keeping
from agentguard.platforms._win32.recorder._native import Pointer, done, error_of, function
from agentguard.platforms.recorder.rights import listed

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_DUPLEX, _FIRST = 3, 0x00080000  # PIPE_ACCESS_DUPLEX, FILE_FLAG_FIRST_PIPE_INSTANCE
_HERE_ALONE = 8  # PIPE_REJECT_REMOTE_CLIENTS
_SIZE, _PATIENCE = 512, 1000
_READ_AND_WRITE = 0x0012019B
"""The rights of a client; GENERIC_WRITE would ask to make instances as well."""
_EXISTING = 3  # OPEN_EXISTING
_IDENTIFIED = 0x00100000 | 0x00010000  # SECURITY_SQOS_PRESENT, SECURITY_IDENTIFICATION
_NOBODY = "O:{me}D:P(A;;GA;;;SY)"
_ONE = "O:{me}D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;0x12019b;;;{me})"
_NONE = ctypes.c_void_p(-1).value
_CONNECTED = 535  # ERROR_PIPE_CONNECTED
_QUERY, _PERSON = 8, 1  # TOKEN_QUERY, TokenUser
_SID_AT = 2 * ctypes.sizeof(ctypes.c_void_p)
"""A TOKEN_USER is a pointer and flags; the SID stands behind them."""


@contextmanager
def _made(name: str, sddl: str) -> Iterator[int]:
    with _descriptors.attributes(sddl.format(me=_descriptors.mine())) as given:
        pipe = _create(name, given)
        done(pipe != _NONE)
        try:
            yield pipe
        finally:
            api.close_handle(pipe)


def _create(name: str, given: _descriptors.Attributes) -> int:
    create = function(
        "kernel32", "CreateNamedPipeW", api.HANDLE, api.TEXT, *(api.DWORD,) * 6,
        Pointer(_descriptors.Attributes),
    )  # fmt: skip
    words = (_DUPLEX | _FIRST, _HERE_ALONE, 1, _SIZE, _SIZE, _PATIENCE, ctypes.byref(given))
    return int(create(name, *words))


@contextmanager
def _opened(name: str) -> Iterator[int]:
    """Open the client's end; what it yields is 0, or Windows' error."""
    ask = function(
        "kernel32", "CreateFileW", api.HANDLE, api.TEXT, api.DWORD, api.DWORD, api.VOID, api.DWORD,
        api.DWORD, api.HANDLE,
    )  # fmt: skip
    end = ask(name, _READ_AND_WRITE, 0, None, _EXISTING, _IDENTIFIED, None)
    try:
        yield error_of(end != _NONE)
    finally:
        if end != _NONE:
            api.close_handle(end)


def _name() -> str:
    return rf"\\.\pipe\AgentGuard.Recorder.{secrets.token_hex(16)}"


def _guarded() -> dict[str, object]:
    """Return whether a pipe is one alone, and lets in those alone whom its list names.

    An administrator who records is the stranger of a pipe for SYSTEM; SYSTEM has no stranger here.
    """
    name = _name()
    with _made(name, _NOBODY) as pipe:
        told = listed(_descriptors.of_object(pipe), _descriptors.mine())
        entries = told["entries"]
        alone = [one["who"] for one in entries] if isinstance(entries, list) else []
        with _descriptors.attributes(_NOBODY.format(me=_descriptors.mine())) as given:
            again = _create(name, given)
            second = error_of(again != _NONE)
            if again != _NONE:
                api.close_handle(again)
        with _opened(name) as refused:
            pass
    name = _name()
    with _made(name, _ONE), _opened(name) as allowed:
        pass
    return {
        "second": second,
        "read_back": alone == ["SY"],
        "refused": None if keeping.is_system() else refused,
        "allowed": allowed,
    }


def _client() -> dict[str, object]:
    """Return whether the server's end knows process, session and person of the client's."""
    wait = function("kernel32", "ConnectNamedPipe", api.BOOL, api.HANDLE, api.VOID)
    name = _name()
    with _made(name, _ONE) as pipe, _opened(name) as error:
        done(error == 0)
        done(wait(pipe, None) or ctypes.get_last_error() == _CONNECTED)
        return {
            "process": _number("GetNamedPipeClientProcessId", pipe) == os.getpid(),
            "session": _number("GetNamedPipeClientSessionId", pipe) == api.own_session(),
            "person": _person(pipe),
        }


def _number(name: str, pipe: int) -> int | None:
    value = api.DWORD()
    ask = function("kernel32", name, api.BOOL, api.HANDLE, Pointer(api.DWORD))
    return value.value if ask(pipe, ctypes.byref(value)) else None


def _person(pipe: int) -> bool | None:
    """Take on the client's person for a moment, and tell whether it is who records.

    Windows lets a server do that only after it has read; None when it refuses.
    """
    take_on = function("advapi32", "ImpersonateNamedPipeClient", api.BOOL, api.HANDLE)
    give_up = function("advapi32", "RevertToSelf", api.BOOL)
    if not take_on(pipe):
        return None
    try:
        return _token_of_thread()
    finally:
        give_up()


def _token_of_thread() -> bool | None:
    ask = function(
        "advapi32", "OpenThreadToken", api.BOOL, api.HANDLE, api.DWORD, api.BOOL,
        Pointer(api.HANDLE),
    )  # fmt: skip
    thread = function("kernel32", "GetCurrentThread", api.HANDLE)()
    token = api.HANDLE()
    if not ask(thread, _QUERY, True, ctypes.byref(token)):
        return None
    try:
        told = keeping.told_by_token(token.value or 0, _PERSON)
        return sid(told, _SID_AT) == _descriptors.mine()
    finally:
        api.close_handle(token)


CALLS = {"pipe.guarded": _guarded, "pipe.client": _client}
