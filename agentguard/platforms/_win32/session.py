"""The user's session: idle time, lock state and its changes, the request to lock, and the end.

The state is asked for at each reading (WTSSessionInfoEx); where Windows does not tell it, the last
WM_WTSSESSION_CHANGE counts.
"""

from __future__ import annotations

import _thread
import ctypes
import signal
import sys
import threading
from collections.abc import Callable

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, window
from agentguard.platforms._win32.session_answers import (
    IdleTime,
    active_after,
    active_by,
    locked_after,
    locked_by,
)
from agentguard.ports.desktop import SessionReading

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

SESSION_CHANGE = 0x02B1  # WM_WTSSESSION_CHANGE
END_SESSION = 0x0016  # WM_ENDSESSION
HOLD = 4.5  # seconds for the program to end; after 5 Windows does not wait for the answer
BEGIN = 5.0  # seconds for the hidden window to be there
IDLE = "last-input"
STATE = "session-state"
EVENTS = "session-events"
REMOTE = "remote"

_THIS_SESSION = 0  # NOTIFY_FOR_THIS_SESSION
_INFO_EX, _CLIENT_PROTOCOL = 25, 16  # WTS_INFO_CLASS
_CURRENT, _HERE = 0xFFFFFFFF, None
REMOTE_SESSION = 0x1000  # SM_REMOTESESSION
_WINDOWS_8 = (6, 2)
_NO_RIGHT = "Lock with Windows+L, and tell your desktop team: a policy may forbid programs to lock."


class _LastInput(ctypes.Structure):
    """`LASTINPUTINFO`."""

    _fields_ = (("size", api.UINT), ("tick", api.DWORD))


_WTS = ctypes.WinDLL("wtsapi32", use_last_error=True)
_last_input = api.user("GetLastInputInfo", api.BOOL, ctypes.POINTER(_LastInput))
_lock_station = api.user("LockWorkStation", api.BOOL)
_query = api.declared(
    _WTS, "WTSQuerySessionInformationW", api.BOOL, api.HANDLE, api.DWORD, api.INT,
    ctypes.POINTER(api.VOID), ctypes.POINTER(api.DWORD),
)  # fmt: skip
_free = api.declared(_WTS, "WTSFreeMemory", None, api.VOID)
_register = api.declared(_WTS, "WTSRegisterSessionNotification", api.BOOL, api.HWND, api.DWORD)
_unregister = api.declared(_WTS, "WTSUnRegisterSessionNotification", api.BOOL, api.HWND)


def session_information() -> bytes | None:
    """Ask for this session's WTSINFOEXW; None when Windows does not tell it."""
    return _asked(_INFO_EX)


def client_protocol() -> int | None:
    """Ask what shows this session (WTSClientProtocolType); None when Windows does not tell it."""
    told = _asked(_CLIENT_PROTOCOL)
    return int.from_bytes(told[:2], "little") if told else None


def _asked(about: int) -> bytes | None:
    buffer, size = api.VOID(), api.DWORD()
    if not _query(_HERE, _CURRENT, about, ctypes.byref(buffer), ctypes.byref(size)):
        return None
    try:
        return ctypes.string_at(buffer, size.value) if buffer.value else None
    finally:
        _free(buffer)


def lock_workstation() -> None:
    """Ask Windows to lock; that it was asked for is all that its answer says."""
    if not _lock_station():
        raise api.refused("to lock the screen", _NO_RIGHT)


class SessionEvents:
    """Hears of session changes in a thread of its own, which begins at the first question."""

    def __init__(self) -> None:
        self.locked: bool | None = None
        self.active: bool | None = None
        self.window = 0
        self._guard = threading.Lock()
        self._begun = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Be sure that the window is there; begin again when its thread has ended.

        Raises:
            PlatformError: there is no window.

        """
        with self._guard:
            if self._thread is None or not self._thread.is_alive():
                self._begun.clear()
                self._ended.clear()
                self.locked = self.active = None
                self._thread = threading.Thread(target=self._run, name="session", daemon=True)
                self._thread.start()
        if not self._begun.wait(BEGIN) or not self.window:
            raise PlatformError("Windows gives no window to hear of the session's lock.")

    def end(self) -> None:
        """Hear nothing more, until it is begun again."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(BEGIN)

    def _run(self) -> None:
        try:
            heard = {SESSION_CHANGE: self._changed, END_SESSION: self._ends}
            with window.hidden_window(heard, top=True) as own:
                registered = bool(_register(own, _THIS_SESSION))
                self.window = own
                self._begun.set()
                try:
                    while not self._ended.is_set():
                        window.serve()
                        # Early at the start of Windows the service refuses, so it is asked again.
                        registered = registered or bool(_register(own, _THIS_SESSION))
                finally:
                    _unregister(own)
        except PlatformError:
            return  # whoever waits is told that there is no window
        finally:
            self.window = 0
            self._begun.set()

    def _ends(self, ends: int, _why: int) -> None:
        """Have the program end as by SIGTERM; once this is answered, Windows kills it.

        A program without windows is not told in any other way.
        """
        if ends:
            _thread.interrupt_main(signal.SIGTERM)
            self._ended.wait(HOLD)

    def _changed(self, change: int, _session: int) -> None:
        self.locked = locked_after(self.locked, change)
        self.active = active_after(self.active, change)


class WindowsSession:
    """Reads idle time and lock state of the session that this program runs in.

    `information` and `lock` ask Windows; tests give recorded answers in their place.
    """

    def __init__(
        self,
        information: Callable[[], bytes | None] = session_information,
        lock: Callable[[], None] = lock_workstation,
    ) -> None:
        self._information = information
        self._lock = lock
        self._idle = IdleTime()
        self._swapped = sys.getwindowsversion()[:2] < _WINDOWS_8
        self.events = SessionEvents()

    def read(self) -> SessionReading:
        """Read; `locked` is None until Windows has told it in one way or the other."""
        self.events.begin()
        information = self._information()
        locked, teller = self._locked(information)
        active = active_by(information)
        remote = REMOTE if api.system_metrics(REMOTE_SESSION) else ""
        source = "+".join(word for word in (IDLE, teller, remote) if word)
        return SessionReading(
            idle=self._seconds(),
            locked=locked,
            source=source,
            active=self.events.active if active is None else active,
        )

    def lock(self) -> None:
        """Ask for the lock, unless it is there.

        Raises:
            PlatformError: Windows refused.

        """
        self.events.begin()
        if not self._locked(self._information())[0]:
            self._lock()

    def _locked(self, information: bytes | None) -> tuple[bool | None, str]:
        asked = locked_by(information, swapped=self._swapped)
        if asked is not None:
            return asked, STATE
        return self.events.locked, EVENTS if self.events.locked is not None else ""

    def _seconds(self) -> float:
        last = _LastInput(size=ctypes.sizeof(_LastInput))
        if not _last_input(ctypes.byref(last)):
            raise api.refused("to tell the idle time")
        return self._idle.seconds(last.tick, api.tick_count())
