"""Watches while somebody does what a walk asks for: messages, the session, copies and agents."""

from __future__ import annotations

import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, window
from agentguard.platforms._win32 import sessions as of_users
from agentguard.platforms._win32.recorder import clipboards, sessions
from agentguard.platforms._win32.recorder._native import function
from agentguard.platforms._win32.session_host import program
from agentguard.platforms.recorder.recording import Refusal
from agentguard.ports.clock import Stop

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LOOK = 0.25
"""Seconds between two looks at what tells nothing by itself."""
_MESSAGES = {
    0x02B1: "session",  # WM_WTSSESSION_CHANGE
    0x0218: "power",  # WM_POWERBROADCAST
    0x0219: "device",  # WM_DEVICECHANGE
    0x007E: "display",  # WM_DISPLAYCHANGE
    0x0016: "end",  # WM_ENDSESSION
    0x031D: "clipboard",  # WM_CLIPBOARDUPDATE
}
_THIS_SESSION = 0  # NOTIFY_FOR_THIS_SESSION
_STATE = struct.Struct("<8xIIi")  # of WTSINFOEXW: the session's number, its state, its flags


class Watch:
    """What was seen so far."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._events: list[dict[str, object]] = []
        self._states: list[dict[str, object]] = []
        self._copies: list[dict[str, object]] = []
        self._agents: list[dict[str, object]] = []
        self._first = _agents()

    def until(self, stop: Stop) -> dict[str, object]:
        """Watch until `stop` is set."""
        heard = {number: partial(self._heard, what) for number, what in _MESSAGES.items()}
        with window.hidden_window(heard, top=True) as own, _told_of(own):
            while not stop.is_set():
                window.serve(LOOK)
                self._look()
        return {
            "seconds": self._after() // 1000,
            "events": self._events,
            "states": self._states,
            "copies": self._copies,
            "agents": self._agents,
        }

    def _after(self) -> int:
        return round((time.perf_counter() - self._began) * 1000)

    def _heard(self, what: str, code: int, _long: int) -> None:
        code = 0 if what == "clipboard" else code
        self._events.append({"after": self._after(), "what": what, "code": code})
        if what == "clipboard":
            with suppress(PlatformError):
                self._copies.append(clipboards.formats())

    def _look(self) -> None:
        """Note the session and the agents, where they are not as at the last look."""
        state = _session()
        if _changed(self._states, state):
            self._states.append({"after": self._after(), **state, **_idle()})
        agents = _agents()
        told: dict[str, object] = {"count": len(agents), "others": len(agents - self._first)}
        if _changed(self._agents, told):
            self._agents.append({"after": self._after(), **told})


def _changed(before: list[dict[str, object]], now: dict[str, object]) -> bool:
    return not before or any(before[-1].get(name) != value for name, value in now.items())


@contextmanager
def _told_of(own: int) -> Iterator[None]:
    """Have a window told of the session and of the clipboard."""
    _put("wtsapi32", "WTSRegisterSessionNotification", own, _THIS_SESSION)
    _put("user32", "AddClipboardFormatListener", own)
    try:
        yield
    finally:
        _put("wtsapi32", "WTSUnRegisterSessionNotification", own)
        _put("user32", "RemoveClipboardFormatListener", own)


def _put(library: str, name: str, own: int, *more: int) -> None:
    types = (api.HWND, *(api.DWORD for _ in more))
    with suppress(Refusal):
        function(library, name, api.BOOL, *types)(own, *more)


def _session() -> dict[str, object]:
    told: dict[str, object] = {"state": None, "flags": None, "desktop": None}
    with suppress(Refusal, struct.error):
        _, told["state"], told["flags"] = _STATE.unpack_from(sessions.asked(sessions.INFORMATION))
    told["desktop"] = _asked(sessions.desktop)
    return told


def _asked(question: Callable[[], object]) -> object:
    try:
        return question()
    except Refusal:
        return None


def _idle() -> dict[str, object]:
    told = _asked(sessions.idle)
    return {"idle": told["milliseconds"] if isinstance(told, dict) else None}


def _agents() -> frozenset[int]:
    """Return the agents' processes in this session."""
    return frozenset(of_users.agents(Path(program()[0])).get(api.own_session(), {}))


def watch(stop: Stop) -> dict[str, object]:
    """Return what happened until `stop` was set."""
    return Watch().until(stop)
