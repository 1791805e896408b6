"""The sessions of all users, as a service sees them, and programs started in one of them.

Source: Microsoft's reference of wtsapi32.h, userenv.h and processthreadsapi.h.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from ctypes import wintypes
from pathlib import Path

import psutil

from agentguard.base import environment
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.code_pipe import CodePipe
from agentguard.platforms._win32.code_pipe_answers import Party
from agentguard.platforms._win32.command_line import guards, joined
from agentguard.platforms._win32.tokens import sid_of

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LOG = logging.getLogger(__name__)

RUN = 60.0
"""Seconds of a program that is run to its end: an enrolment waits for the network."""

_ACTIVE, _DISCONNECTED = 0, 4  # WTSActive, WTSDisconnected: somebody is logged on
_USER_NAME = 5  # WTSUserName
_UNICODE, _NO_WINDOW = 0x00000400, 0x08000000  # CREATE_UNICODE_ENVIRONMENT, CREATE_NO_WINDOW
_HERE = None  # WTS_CURRENT_SERVER_HANDLE
_GOING = 5_000  # milliseconds until a program that was ended is gone
_DESKTOP = "winsta0\\default"


class _Info(ctypes.Structure):
    """`WTS_SESSION_INFOW`."""

    _fields_ = (("id", api.DWORD), ("station", wintypes.LPWSTR), ("state", api.INT))


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
_enumerate = api.declared(
    _WTS, "WTSEnumerateSessionsW", api.BOOL, api.HANDLE, api.DWORD, api.DWORD,
    ctypes.POINTER(ctypes.POINTER(_Info)), ctypes.POINTER(api.DWORD),
)  # fmt: skip
_query = api.declared(
    _WTS, "WTSQuerySessionInformationW", api.BOOL, api.HANDLE, api.DWORD, api.INT,
    ctypes.POINTER(api.VOID), ctypes.POINTER(api.DWORD),
)  # fmt: skip
_free = api.declared(_WTS, "WTSFreeMemory", None, api.VOID)
_token_of = api.declared(
    _WTS, "WTSQueryUserToken", api.BOOL, wintypes.ULONG, ctypes.POINTER(api.HANDLE)
)
_environment = api.declared(
    _USERENV, "CreateEnvironmentBlock", api.BOOL, ctypes.POINTER(api.VOID), api.HANDLE, api.BOOL
)
_no_environment = api.declared(_USERENV, "DestroyEnvironmentBlock", api.BOOL, api.VOID)
_session_of = api.kernel("ProcessIdToSessionId", api.BOOL, api.DWORD, ctypes.POINTER(api.DWORD))
_start = api.advanced(
    "CreateProcessAsUserW", api.BOOL, api.HANDLE, api.TEXT, wintypes.LPWSTR, api.VOID, api.VOID,
    api.BOOL, api.DWORD, api.VOID, api.TEXT, ctypes.POINTER(_Startup), ctypes.POINTER(_Process),
)  # fmt: skip

_wait = api.kernel("WaitForSingleObject", api.DWORD, api.HANDLE, api.DWORD)
_end = api.kernel("TerminateProcess", api.BOOL, api.HANDLE, api.UINT)
_exit_code = api.kernel("GetExitCodeProcess", api.BOOL, api.HANDLE, ctypes.POINTER(api.DWORD))


def logged_on() -> tuple[int, ...]:
    """Return the sessions where somebody is logged on, in front or not."""
    first, count = ctypes.POINTER(_Info)(), api.DWORD()
    if not _enumerate(_HERE, 0, 1, ctypes.byref(first), ctypes.byref(count)):
        return ()
    try:
        every = [(first[i].id, first[i].state) for i in range(count.value)]
    finally:
        _free(first)
    on = (id_ for id_, state in every if state in {_ACTIVE, _DISCONNECTED})
    return tuple(id_ for id_ in on if _user(id_))


def _user(session: int) -> str:
    """Return who is logged on; the screen before the logon is nobody's."""
    buffer, size = api.VOID(), api.DWORD()
    if not _query(_HERE, session, _USER_NAME, ctypes.byref(buffer), ctypes.byref(size)):
        return ""
    try:
        return ctypes.wstring_at(buffer.value) if buffer.value else ""
    finally:
        _free(buffer)


def agents(program: Path) -> dict[int, dict[int, float]]:
    """Return the processes in each session in which `program` guards, and when each was started.

    The program's own children, which look through files, have other words on their command line.
    """
    wanted = str(program).casefold()
    found: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for pid in psutil.pids():
        if api.image_path(pid).casefold() == wanted and guards(_words(pid)):
            found[_session(pid)][pid] = _began(pid)
    return found


def running(program: Path) -> dict[int, int]:
    """Return the process in each session in which `program` guards: the first that was started."""
    every = agents(program).items()
    return {session: min(started, key=lambda pid: started[pid]) for session, started in every}


def _began(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except (psutil.Error, OSError):
        return -1.0


def _words(pid: int) -> list[str]:
    try:
        return psutil.Process(pid).cmdline()
    except (psutil.Error, OSError):
        return []


def _session(pid: int) -> int:
    number = api.DWORD()
    return number.value if _session_of(pid, ctypes.byref(number)) else 0


def start(session: int, words: Sequence[str | Path]) -> int:
    """Start a program for the user of a session, with that user's rights; give its process.

    Raises:
        PlatformError: nobody is logged on there any more, or Windows refused it.

    """
    with _begun(session, words) as made:
        return int(made.pid)


def run(session: int, words: Sequence[str | Path], seconds: float = RUN) -> int:
    """Run a program for the user of a session to its end; give its exit code.

    One that takes longer than `seconds` is ended.

    Raises:
        PlatformError: nobody is logged on there any more, or Windows refused it.

    """
    with _begun(session, words) as made:
        return _ended(made, seconds)


def enrol(session: int, words: Sequence[str | Path], code: str) -> int:
    """Run a program as `run` does, and hand it a code over a pipe whose name is its last word.

    Raises:
        PlatformError: as for `run`.

    """
    sid = _person(session)
    with closing(CodePipe(sid)) as pipe, _begun(session, (*words, pipe.name)) as made:
        awaited = Party(pid=int(made.pid), session=session, sid=sid)
        if not pipe.hand(code, awaited, made.process):
            LOG.warning("the program that enrols an agent did not come for its code")
        return _ended(made, RUN)


def _person(session: int) -> str:
    """Return the SID of who is logged on.

    Raises:
        PlatformError: nobody is, or Windows does not tell it.

    """
    with _token(session) as token:
        if not (sid := sid_of(token)):
            raise api.refused("to tell who is logged on")
        return sid


@contextmanager
def _begun(session: int, words: Sequence[str | Path]) -> Iterator[_Process]:
    made = _started(session, words)
    try:
        yield made
    finally:
        api.close_handle(made.process)


def _ended(made: _Process, seconds: float) -> int:
    if _wait(made.process, int(seconds * 1000)):
        _end(made.process, 1)
        _wait(made.process, _GOING)
    code = api.DWORD(1)
    _exit_code(made.process, ctypes.byref(code))
    return int(code.value)


def _started(session: int, words: Sequence[str | Path]) -> _Process:
    """Start a program that inherits nothing.

    Windows lets no handle be inherited from one session into another, and whoever asks for it must
    be of the user's own session (CreateProcessAsUserW).
    """
    with _token(session) as token, _block(token) as block:
        made, startup = _Process(), _Startup(size=ctypes.sizeof(_Startup), desktop=_DESKTOP)
        line = ctypes.create_unicode_buffer(joined([str(word) for word in words]))
        flags, folder = _UNICODE | _NO_WINDOW, str(Path(words[0]).parent)
        if not _start(
            token, str(words[0]), line, None, None, False, flags, block, folder,
            ctypes.byref(startup), ctypes.byref(made),
        ):  # fmt: skip
            raise api.refused("to start the agent for the user")
        api.close_handle(made.thread)
        return made


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
