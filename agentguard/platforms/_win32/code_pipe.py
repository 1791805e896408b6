"""Both ends of a named pipe over which the keeper hands a code to one process of one person.

Windows lets no handle be inherited from one session into another, so that a program's standard
input is no way from a service to an agent. The agent lets the server know who it is and nothing
more (SECURITY_IDENTIFICATION). Source: Microsoft's reference of namedpipeapi.h,
CreateProcessAsUserW, ImpersonateNamedPipeClient, CreateFileW and WaitNamedPipeW.
"""

from __future__ import annotations

import _winapi
import ctypes
import logging
import secrets
import sys
from contextlib import suppress
from typing import Any

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.code_pipe_answers import (
    COMES,
    HELLO,
    LIMIT,
    OPENED,
    Party,
    other_person,
    path,
    rights,
    stranger,
)
from agentguard.platforms._win32.described import Security
from agentguard.platforms._win32.tokens import QUERY, sid_of

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LOG = logging.getLogger(__name__)
_FIRST, _OVERLAPPED = 0x00080000, 0x40000000  # FILE_FLAG_FIRST_PIPE_INSTANCE, _OVERLAPPED
_REJECT_REMOTE = 0x8  # PIPE_REJECT_REMOTE_CLIENTS
_ROOM = 512
_NUMBER = ctypes.POINTER(api.DWORD)
_client = api.kernel("GetNamedPipeClientProcessId", api.BOOL, api.HANDLE, _NUMBER)
_client_session = api.kernel("GetNamedPipeClientSessionId", api.BOOL, api.HANDLE, _NUMBER)
_disconnect = api.kernel("DisconnectNamedPipe", api.BOOL, api.HANDLE)
_act_for = api.advanced("ImpersonateNamedPipeClient", api.BOOL, api.HANDLE)
_act_for_none = api.advanced("RevertToSelf", api.BOOL)
_thread = api.kernel("GetCurrentThread", api.HANDLE)
_thread_token = api.advanced(
    "OpenThreadToken", api.BOOL, api.HANDLE, api.DWORD, api.BOOL, ctypes.POINTER(api.HANDLE)
)
LONGEST = 256
_BUSY = 231  # ERROR_PIPE_BUSY: somebody else is at it, for a moment
_TELL_WHO = 0x00100000 | 0x00010000  # SECURITY_SQOS_PRESENT, SECURITY_IDENTIFICATION


class CodePipe:
    """A pipe that the person with this SID may open, from this computer; its name is by chance.

    Raises:
        PlatformError: Windows refused it.

    """

    def __init__(self, sid: str, name: str = "") -> None:
        self.name = name or secrets.token_hex(16)
        with Security(rights(sid)) as security:
            try:
                self._pipe = _winapi.CreateNamedPipe(
                    path(self.name), _winapi.PIPE_ACCESS_DUPLEX | _FIRST | _OVERLAPPED,
                    _REJECT_REMOTE, 1, _ROOM, _ROOM, 0, security,
                )  # fmt: skip
            except OSError as error:
                raise api.refused("a pipe for the agent's code") from error

    def close(self) -> None:
        """Take the pipe away, with what nobody has read."""
        _disconnect(self._pipe)
        _winapi.CloseHandle(self._pipe)

    def hand(
        self, code: str, to: Party, process: int, *, comes: float = COMES, seconds: float = LIMIT
    ) -> bool:
        """Check that who the code is meant for comes in time, and give it.

        Whoever else comes is shown the door, and the next may come; `process` is the handle of the
        awaited program, whose end ends the waiting.
        """
        last = _after(comes)
        while self._connected(last, process):
            due = _after(seconds)
            if self._is(to, due, process):
                return self._gave(code, due, process)
            _disconnect(self._pipe)
        return False

    def _connected(self, due: int, process: int) -> bool:
        try:
            pending = _winapi.ConnectNamedPipe(self._pipe, overlapped=True)
        except OSError:  # it came and has gone already
            _disconnect(self._pipe)
            return int(api.tick_count()) < due
        return _waited(pending, due, process) is not None

    def _is(self, to: Party, due: int, process: int) -> bool:
        """Check who is at the other end; a program that only looks like the awaited one is not."""
        if why := stranger(to, Party(pid=self._told(_client), session=self._told(_client_session))):
            LOG.warning("another %s asked for the code of an agent", why)
            return False
        if self._read(due, process) != HELLO:
            return False
        if other_person(to, Party(pid=to.pid, session=to.session, sid=self._sid())):
            LOG.warning("another person asked for the code of an agent")
            return False
        return True

    def _told(self, ask: api.Function) -> int:
        number = api.DWORD()
        return number.value if ask(self._pipe, ctypes.byref(number)) else -1

    def _sid(self) -> str:
        """Return who the client acts for; empty when Windows does not tell it."""
        if not _act_for(self._pipe):
            return ""
        token = api.HANDLE()
        try:
            known = _thread_token(_thread(), QUERY, True, ctypes.byref(token))
        finally:
            if not _act_for_none():
                raise SystemError("this thread acts for another person")
        if not known:
            return ""
        try:
            return sid_of(token.value or 0)
        finally:
            api.close_handle(token)

    def _read(self, due: int, process: int) -> bytes | None:
        with suppress(OSError):
            pending, _ = _winapi.ReadFile(self._pipe, _ROOM, overlapped=True)
            return _waited(pending, due, process)
        return None

    def _gave(self, code: str, due: int, process: int) -> bool:
        """Write the code, and let the client close first: what it has not read would be lost."""
        with suppress(OSError):
            pending, _ = _winapi.WriteFile(self._pipe, f"{code}\n".encode(), overlapped=True)
            if _waited(pending, due, process) is not None:
                self._read(due, process)
                return True
        return False


def _after(seconds: float) -> int:
    return int(api.tick_count()) + int(seconds * 1000)


def _waited(pending: Any, due: int, process: int) -> bytes | None:
    """Wait for what was begun, until the program ends or it is due; None when it is not done."""
    left = max(0, due - int(api.tick_count()))
    if _winapi.WaitForMultipleObjects([pending.event, process], False, left):
        pending.cancel()
    with suppress(OSError):
        _, error = pending.GetOverlappedResult(True)
        return None if error else (pending.getbuffer() or b"")
    return None


def code(name: str, seconds: float = LIMIT) -> str:
    """Return the code that the keeper hands over the pipe of this name.

    Raises:
        PlatformError: there is no such pipe, this is not who it is for, or it took too long.

    """
    if not (place := path(name)):
        raise PlatformError("This is no name of a pipe of the keeper's.")
    due = int(api.tick_count()) + int(seconds * 1000)
    try:
        pipe = _opened(place, due)
    except OSError as error:
        raise PlatformError(f"The keeper gave no code (error {error.winerror}).") from error
    try:
        _winapi.WriteFile(pipe, HELLO)
        told, _ = _winapi.ReadFile(pipe, LONGEST)
    except OSError as error:
        raise PlatformError(f"The keeper gave no code (error {error.winerror}).") from error
    finally:
        _winapi.CloseHandle(pipe)
    return bytes(told).decode("ascii", errors="replace").strip()


def _opened(place: str, due: int) -> int:
    while True:
        try:
            return _winapi.CreateFile(
                place, OPENED, 0, _winapi.NULL, _winapi.OPEN_EXISTING, _TELL_WHO, _winapi.NULL
            )
        except OSError as error:
            left = due - int(api.tick_count())
            if error.winerror != _BUSY or left <= 0:
                raise
            _winapi.WaitNamedPipe(place, left)
