"""The agent's end of the pipe over which the keeper hands a code.

The server may know who this is and nothing more (SECURITY_IDENTIFICATION). Source: Microsoft's
reference of CreateFileW and WaitNamedPipeW.
"""

from __future__ import annotations

import _winapi
import sys

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.code_pipe_answers import HELLO, LIMIT, OPENED, path

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LONGEST = 256
_BUSY = 231  # ERROR_PIPE_BUSY: somebody else is at it, for a moment
_TELL_WHO = 0x00100000 | 0x00010000  # SECURITY_SQOS_PRESENT, SECURITY_IDENTIFICATION


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
