"""Asks Windows of the session, by wtsapi32 and user32."""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api, window
from agentguard.platforms._win32.busy_answers import QUIET_HOURS
from agentguard.platforms._win32.recorder._native import Pointer, agreed, done, function
from agentguard.platforms._win32.session_answers import TICKS
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_CURRENT = 0xFFFFFFFF  # WTS_CURRENT_SESSION
INFORMATION, _PROTOCOL, _STATE, _IS_REMOTE = 25, 16, 8, 29  # WTS_INFO_CLASS
_REMOTE, _CONTROLLED = 0x1000, 0x2001  # SM_REMOTESESSION, SM_REMOTECONTROL
_READ_OBJECTS, _NAME = 0x0001, 2  # DESKTOP_READOBJECTS, UOI_NAME
_CITRIX, _RDP = 1, 2
_STATE_SIZE, _WHOLE = 4096, 4  # bytes of any state of the notification facility, and of a number
_THIS_SESSION = 0  # NOTIFY_FOR_THIS_SESSION


class _Session(ctypes.Structure):
    """`WTS_SESSION_INFOW`."""

    _fields_ = (("number", api.DWORD), ("name", api.VOID), ("state", api.INT))


class _LastInput(ctypes.Structure):
    """`LASTINPUTINFO`."""

    _fields_ = (("size", api.UINT), ("tick", api.DWORD))


def asked(about: int) -> bytes:
    """Return what WTSQuerySessionInformationW tells of this session.

    Raises:
        Refusal: Windows does not tell it.

    """
    query = function(
        "wtsapi32", "WTSQuerySessionInformationW", api.BOOL, api.HANDLE, api.DWORD, api.INT,
        Pointer(api.VOID), Pointer(api.DWORD),
    )  # fmt: skip
    data, size = api.VOID(), api.DWORD()
    done(query(None, _CURRENT, about, ctypes.byref(data), ctypes.byref(size)))
    try:
        return ctypes.string_at(data, size.value) if data.value else b""
    finally:
        function("wtsapi32", "WTSFreeMemory", None, api.VOID)(data)


def _number(about: int, size: int) -> int:
    told = asked(about)
    if not told:
        raise Refusal(0)
    return int.from_bytes(told[:size], "little")


def _own() -> dict[str, object]:
    return {
        "number": api.own_session(),
        "remote": bool(api.system_metrics(_REMOTE)),
        "controlled": bool(api.system_metrics(_CONTROLLED)),
    }


def kind() -> str:
    """Return what kind of session this is: a word of lines.SESSIONS."""
    if api.own_session() == 0:
        return "service"
    try:
        shown = _number(_PROTOCOL, 2)
    except Refusal:
        shown = 0
    named = {_CITRIX: "citrix", _RDP: "rdp"}.get(shown, "")
    return named or ("remote" if api.system_metrics(_REMOTE) else "console")


def _every() -> dict[str, object]:
    enumerate_ = function(
        "wtsapi32", "WTSEnumerateSessionsW", api.BOOL, api.HANDLE, api.DWORD, api.DWORD,
        Pointer(Pointer(_Session)), Pointer(api.DWORD),
    )  # fmt: skip
    found, count = Pointer(_Session)(), api.DWORD()
    done(enumerate_(None, 0, 1, ctypes.byref(found), ctypes.byref(count)))
    try:
        return {"count": count.value, "states": [found[at].state for at in range(count.value)]}
    finally:
        function("wtsapi32", "WTSFreeMemory", None, api.VOID)(found)


def _events() -> dict[str, object]:
    """Tell in which kinds of windows session changes can be heard."""
    register = function("wtsapi32", "WTSRegisterSessionNotification", api.BOOL, api.HWND, api.DWORD)
    forget = function("wtsapi32", "WTSUnRegisterSessionNotification", api.BOOL, api.HWND)
    told: dict[str, object] = {}
    for name, top in (("top", True), ("message_only", False)):
        with window.hidden_window({}, top=top) as own:
            told[name] = bool(register(own, _THIS_SESSION))
            forget(own)
    return told


def desktop() -> str:
    """Return the name of the desktop that has the keyboard.

    Raises:
        Refusal: this program may not know, as while the sign-in is shown.

    """
    opened = function("user32", "OpenInputDesktop", api.HANDLE, api.DWORD, api.BOOL, api.DWORD)
    named = function(
        "user32", "GetUserObjectInformationW", api.BOOL, api.HANDLE, api.INT, api.VOID, api.DWORD,
        Pointer(api.DWORD),
    )  # fmt: skip
    found = opened(0, False, _READ_OBJECTS)
    done(found)
    try:
        text, size = ctypes.create_unicode_buffer(256), api.DWORD()
        done(named(found, _NAME, text, ctypes.sizeof(text), ctypes.byref(size)))
        return text.value
    finally:
        function("user32", "CloseDesktop", api.BOOL, api.HANDLE)(found)


def _citrix() -> dict[str, object]:
    ask = function("wfapi", "WFGetActiveProtocol", api.DWORD, api.DWORD)
    return {"protocol": ask(_CURRENT)}


def idle() -> dict[str, object]:
    """Return the milliseconds since the last input, and whether its stamp lies ahead.

    Raises:
        Refusal: Windows does not tell it.

    """
    last = _LastInput(size=ctypes.sizeof(_LastInput))
    ask = function("user32", "GetLastInputInfo", api.BOOL, Pointer(_LastInput))
    done(ask(ctypes.byref(last)))
    gap = (api.tick_count() - last.tick) % TICKS
    return {"milliseconds": gap, "ahead": gap > TICKS // 2}


def _quiet() -> dict[str, object]:
    state = api.INT()
    ask = function("shell32", "SHQueryUserNotificationState", ctypes.c_int32, Pointer(api.INT))
    code = ask(ctypes.byref(state))
    if code < 0:
        raise Refusal(hresult=code)
    return {"state": state.value}


def _disturb() -> dict[str, object]:
    ask = function("ntdll", "NtQueryWnfStateData", ctypes.c_int32, *(api.VOID,) * 6)
    name, stamp = ctypes.c_uint64(QUIET_HOURS), api.DWORD()
    buffer, size = ctypes.create_string_buffer(_STATE_SIZE), api.DWORD(_STATE_SIZE)
    found = (ctypes.byref(name), None, None, ctypes.byref(stamp), buffer, ctypes.byref(size))
    agreed(ask(*found))
    told = int.from_bytes(buffer.raw[: min(size.value, _WHOLE)], "little")
    return {"profile": told, "size": size.value}


CALLS = {
    "session.information": lambda: asked(INFORMATION),
    "session.protocol": lambda: {"kind": _number(_PROTOCOL, 2)},
    "session.state": lambda: {"state": _number(_STATE, 4)},
    "session.remote": lambda: {"remote": _number(_IS_REMOTE, 1)},
    "session.own": _own,
    "session.all": _every,
    "session.events": _events,
    "session.desktop": lambda: {"name": desktop()},
    "session.citrix": _citrix,
    "session.idle": idle,
    "session.quiet": _quiet,
    "session.disturb": _disturb,
}
