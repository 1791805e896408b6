"""The person at the session of a Windows Python, with another program beside it.

Input, clipboard and windows are Windows' own. Wine locks nothing and tells no lock, so the lock is
what Windows sends then: session messages to the agent's real window.
"""

from __future__ import annotations

import ctypes
import threading
from dataclasses import replace

from agentguard.platforms import win32
from agentguard.platforms._win32.session import SESSION_CHANGE, WindowsSession
from agentguard.platforms._win32.session_answers import SESSION_LOCK, SESSION_UNLOCK
from tests.windows.another import Another

SECRET = "ExcludeClipboardContentFromMonitorProcessing"


class WindowsPerson:
    """At a Windows desktop."""

    copier, shower = "python", "python"

    def __init__(self, other: Another) -> None:
        self._other = other
        self._session = WindowsSession(lambda: None, lambda: self._send(SESSION_LOCK))
        self._session.read()
        self._send(SESSION_UNLOCK)
        self.backend = replace(win32.backend(), session=self._session)
        other("copy")

    def _send(self, change: int) -> None:
        ctypes.WinDLL("user32").SendMessageW(self._session.events.window, SESSION_CHANGE, change, 1)

    def type_key(self) -> None:
        self._other("type_key")

    def be_idle(self, seconds: float) -> None:
        threading.Event().wait(seconds)

    def unlock(self) -> None:
        self._send(SESSION_UNLOCK)

    def copy(self, text: str, selection: str) -> None:
        self._other("copy", text)

    def copy_secret(self) -> None:
        self._other("copy", "correct horse", [(SECRET, "00000000")])

    def paste(self, selection: str) -> str:
        return self._other("paste")[""]

    def open_window(self, name: str) -> None:
        self._other("window", name)

    def turn_to(self, name: str) -> None:
        self._other("front", name)
