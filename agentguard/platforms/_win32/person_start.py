"""Starts a program for the person of a session, shielded from what else that person runs.

The process is made with a list of rights that lets its person ask and wait, and nothing else: not
end, suspend, debug it, read its memory or write to it. What is started inherits nothing, and an
environment of a short list of names (docs/adr/0051).

Source: Microsoft's reference of wtsapi32.h, userenv.h, processthreadsapi.h and winnt.h; "Process
Security and Access Rights", "Thread Security and Access Rights".
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import wintypes
from pathlib import Path

from agentguard.base import environment
from agentguard.platforms._win32 import api, shield_answers
from agentguard.platforms._win32.command_line import joined
from agentguard.platforms._win32.described import Security
from agentguard.platforms._win32.tokens import sid_of

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_UNICODE, _NO_WINDOW = 0x00000400, 0x08000000  # CREATE_UNICODE_ENVIRONMENT, CREATE_NO_WINDOW
_DESKTOP = "winsta0\\default"
_STILL = 0x102  # WAIT_TIMEOUT


class _Startup(ctypes.Structure):
    """`STARTUPINFOW`."""

    _fields_ = (
        ("size", api.DWORD),
        ("reserved", wintypes.LPWSTR),
        ("desktop", wintypes.LPWSTR),
        ("title", wintypes.LPWSTR),
        *((name, api.DWORD) for name in ("x", "y", "wide", "high", "columns", "rows", "fill")),
        ("flags", api.DWORD),
        ("show", wintypes.WORD),
        ("more", wintypes.WORD),
        ("bytes", ctypes.c_void_p),
        *((name, api.HANDLE) for name in ("input", "output", "errors")),
    )


class _Process(ctypes.Structure):
    """`PROCESS_INFORMATION`."""

    _fields_ = (
        ("process", api.HANDLE),
        ("thread", api.HANDLE),
        ("pid", api.DWORD),
        ("thread_id", api.DWORD),
    )


_WTS = ctypes.WinDLL("wtsapi32", use_last_error=True)
_USERENV = ctypes.WinDLL("userenv", use_last_error=True)
_token_of = api.declared(
    _WTS, "WTSQueryUserToken", api.BOOL, wintypes.ULONG, ctypes.POINTER(api.HANDLE)
)
_environment = api.declared(
    _USERENV, "CreateEnvironmentBlock", api.BOOL, ctypes.POINTER(api.VOID), api.HANDLE, api.BOOL
)
_no_environment = api.declared(_USERENV, "DestroyEnvironmentBlock", api.BOOL, api.VOID)
_start = api.advanced(
    "CreateProcessAsUserW", api.BOOL, api.HANDLE, api.TEXT, wintypes.LPWSTR, api.VOID, api.VOID,
    api.BOOL, api.DWORD, api.VOID, api.TEXT, ctypes.POINTER(_Startup), ctypes.POINTER(_Process),
)  # fmt: skip
_wait = api.kernel("WaitForSingleObject", api.DWORD, api.HANDLE, api.DWORD)
_end = api.kernel("TerminateProcess", api.BOOL, api.HANDLE, api.UINT)
_exit_code = api.kernel("GetExitCodeProcess", api.BOOL, api.HANDLE, ctypes.POINTER(api.DWORD))


class Begun:
    """A process of which this program has the handle; safe to close twice."""

    def __init__(self, process: int, pid: int) -> None:
        self.process = process
        self.pid = pid

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return not self.wait(0)

    @property
    def code(self) -> int:
        """The code that it ended with; 259 while it runs."""
        code = api.DWORD(1)
        _exit_code(self.process, ctypes.byref(code))
        return int(code.value)

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, at most so long; tell whether it has."""
        return bool(_wait(self.process, int(seconds * 1000)) != _STILL)

    def end(self, code: int = 1) -> None:
        """End it at once."""
        _end(self.process, code)

    def close(self) -> None:
        """Let go of the handle; the program runs on."""
        process, self.process = self.process, 0
        if process:
            api.close_handle(process)


def person(session: int) -> str:
    """Return the SID of who is logged on.

    Raises:
        PlatformError: nobody is, or Windows does not tell it.

    """
    with _token(session) as token:
        return _sid(token)


def begin(session: int, words: Sequence[str | Path]) -> Begun:
    """Start a program for the user of a session, with that user's rights; nothing is inherited.

    Windows lets no handle be inherited from one session into another, and whoever asks for it must
    be of the user's own session (CreateProcessAsUserW).

    Raises:
        PlatformError: nobody is logged on there any more, or Windows refused it.

    """
    with _token(session) as token:
        sid = _sid(token)
        with (
            _block(token) as block,
            Security(shield_answers.process(sid)) as rights,
            Security(shield_answers.thread(sid)) as of_thread,
        ):
            return _started(token, words, block, (rights, of_thread))


def _started(
    token: int,
    words: Sequence[str | Path],
    block: ctypes.Array[ctypes.c_wchar],
    rights: tuple[int, int],
) -> Begun:
    made, startup = _Process(), _Startup(size=ctypes.sizeof(_Startup), desktop=_DESKTOP)
    line = ctypes.create_unicode_buffer(joined([str(word) for word in words]))
    flags, folder = _UNICODE | _NO_WINDOW, str(Path(words[0]).parent)
    if not _start(
        token, str(words[0]), line, *rights, False, flags, block, folder,
        ctypes.byref(startup), ctypes.byref(made),
    ):  # fmt: skip
        raise api.refused("to start a program for the user")
    api.close_handle(made.thread)
    return Begun(int(made.process), int(made.pid))


def _sid(token: int) -> str:
    if not (sid := sid_of(token)):
        raise api.refused("to tell who is logged on")
    return sid


@contextmanager
def _token(session: int) -> Iterator[int]:
    token = api.HANDLE()
    if not _token_of(session, ctypes.byref(token)) or not token.value:
        raise api.refused("the user's token")
    try:
        yield token.value
    finally:
        api.close_handle(token)


@contextmanager
def _block(token: int) -> Iterator[ctypes.Array[ctypes.c_wchar]]:
    r"""Yield the environment for a program of the user's: a short list of names, never all of it.

    HKCU\Environment is the user's to write, and CreateEnvironmentBlock hands it on.
    """
    block = api.VOID()
    if not _environment(ctypes.byref(block), token, False):
        raise api.refused("the user's environment")
    try:
        theirs = dict(_settings(block.value or 0))
    finally:
        _no_environment(block)
    kept = sorted(environment.for_person(theirs, os.environ).items(), key=_by_name)
    yield ctypes.create_unicode_buffer("".join(f"{n}={v}\0" for n, v in kept) or "\0")


def _by_name(setting: tuple[str, str]) -> str:
    return setting[0].upper()


def _settings(block: int) -> Iterator[tuple[str, str]]:
    """Read an environment block: texts that end with a zero, the last of them empty."""
    while text := ctypes.wstring_at(block):
        name, equals, value = text.partition("=")
        if name and equals:  # `=C:` and the like are the command prompt's own
            yield name, value
        block += (len(text) + 1) * ctypes.sizeof(ctypes.c_wchar)
