"""The sessions of all users, as a service sees them, and programs that run to their end in one.

The processes of a program's name are found without opening any other, in one picture of them all.
Source: Microsoft's reference of wtsapi32.h, processthreadsapi.h and tlhelp32.h.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from ctypes import wintypes
from pathlib import Path

import psutil

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.code_pipe import CodePipe
from agentguard.platforms._win32.code_pipe_answers import Party
from agentguard.platforms._win32.command_line import guards
from agentguard.platforms._win32.person_start import Begun, begin, person
from agentguard.platforms._win32.shield import shielded

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_PROCESSES = 2  # TH32CS_SNAPPROCESS
_LONGEST = 260  # MAX_PATH
_pictured = api.kernel("CreateToolhelp32Snapshot", api.HANDLE, api.DWORD, api.DWORD)
_NONE = ctypes.c_void_p(-1).value  # INVALID_HANDLE_VALUE
LOG = logging.getLogger(__name__)
RUN = 60.0
"""Seconds of a program that is run to its end: an enrolment waits for the network."""
_ACTIVE, _DISCONNECTED = 0, 4  # WTSActive, WTSDisconnected: somebody is logged on
_USER_NAME = 5  # WTSUserName
_HERE = None  # WTS_CURRENT_SERVER_HANDLE
_GOING = 5.0  # seconds until a program that was ended is gone
_WTS = ctypes.WinDLL("wtsapi32", use_last_error=True)
_query = api.declared(
    _WTS, "WTSQuerySessionInformationW", api.BOOL, api.HANDLE, api.DWORD, api.INT,
    ctypes.POINTER(api.VOID), ctypes.POINTER(api.DWORD),
)  # fmt: skip
_free = api.declared(_WTS, "WTSFreeMemory", None, api.VOID)
_session_of = api.kernel("ProcessIdToSessionId", api.BOOL, api.DWORD, ctypes.POINTER(api.DWORD))


class _Entry(ctypes.Structure):
    """`PROCESSENTRY32W`."""

    _fields_ = (
        ("size", api.DWORD),
        ("usage", api.DWORD),
        ("pid", api.DWORD),
        ("heap", api.SIZE),
        ("module", api.DWORD),
        ("threads", api.DWORD),
        ("parent", api.DWORD),
        ("priority", api.LONG),
        ("flags", api.DWORD),
        ("name", wintypes.WCHAR * _LONGEST),
    )


_first = api.kernel("Process32FirstW", api.BOOL, api.HANDLE, ctypes.POINTER(_Entry))
_next = api.kernel("Process32NextW", api.BOOL, api.HANDLE, ctypes.POINTER(_Entry))


def processes_of(name: str) -> tuple[int, ...]:
    """Return the numbers of the processes whose program has this file name, in any session."""
    picture = _pictured(_PROCESSES, 0)
    if not picture or picture == _NONE:
        return ()
    try:
        wanted = name.casefold()
        return tuple(pid for pid, known in _entries(picture) if known.casefold() == wanted)
    finally:
        api.close_handle(picture)


def _entries(picture: int) -> Iterator[tuple[int, str]]:
    entry = _Entry(size=ctypes.sizeof(_Entry))
    more = _first(picture, ctypes.byref(entry))
    while more:
        yield int(entry.pid), str(entry.name)
        more = _next(picture, ctypes.byref(entry))


class _Info(ctypes.Structure):
    """`WTS_SESSION_INFOW`."""

    _fields_ = (("id", api.DWORD), ("station", wintypes.LPWSTR), ("state", api.INT))


_enumerate = api.declared(
    _WTS, "WTSEnumerateSessionsW", api.BOOL, api.HANDLE, api.DWORD, api.DWORD,
    ctypes.POINTER(ctypes.POINTER(_Info)), ctypes.POINTER(api.DWORD),
)  # fmt: skip


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
    for pid in processes_of(program.name):
        if api.image_path(pid).casefold() == wanted and _guards(pid):
            found[_session(pid)][pid] = _began(pid)
    return found


def _guards(pid: int) -> bool:
    """Check whether a process of the program is an agent.

    Where Windows shows nobody the words of a shielded one, its shield tells.
    """
    words = _words(pid)
    return guards(words) if words else shielded(pid)


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


def run(session: int, words: Sequence[str | Path], seconds: float = RUN) -> int:
    """Run a program for the user of a session to its end; give its exit code.

    One that takes longer than `seconds` is ended.

    Raises:
        PlatformError: nobody is logged on there any more, or Windows refused it.

    """
    with closing(begin(session, words)) as made:
        return _ended(made, seconds)


def enrol(session: int, words: Sequence[str | Path], code: str) -> int:
    """Run a program as `run` does, and hand it a code over a pipe whose name is its last word.

    Raises:
        PlatformError: as for `run`.

    """
    sid = person(session)
    with closing(CodePipe(sid)) as pipe, closing(begin(session, (*words, pipe.name))) as made:
        awaited = Party(pid=made.pid, session=session, sid=sid)
        if not pipe.hand(code, awaited, made.process):
            LOG.warning("the program that enrols an agent did not come for its code")
        return _ended(made, RUN)


def _ended(made: Begun, seconds: float) -> int:
    """Wait for the end of a program, and end it when it takes longer; give its exit code."""
    if not made.wait(seconds):
        made.end()
        made.wait(_GOING)
    return made.code
