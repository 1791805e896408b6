"""Keeps our windows out of pictures of the screen, as far as Windows does it and says so.

Source: Microsoft, SetWindowDisplayAffinity: top-level windows of the calling process; leaving a
window out (0x11) is of Windows 10 2004, an older one shows it black (1) or refuses. It holds while
the desktop is composed, against the ways of capture that Windows knows of; a camera sees all.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from agentguard.platforms._win32 import api, window
from agentguard.platforms._win32.capture_answers import FALLS_BACK, NUMBERS, pictured
from agentguard.ports.desktop import Pictured

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

Set = Callable[[int, int], bool]
"""Asks Windows to show a window in pictures as a number says; whether it took it."""
Get = Callable[[int], int | None]
"""Asks Windows for that number; None when it does not tell."""

_set = api.user("SetWindowDisplayAffinity", api.BOOL, api.HWND, api.DWORD)
_get = api.user("GetWindowDisplayAffinity", api.BOOL, api.HWND, ctypes.POINTER(api.DWORD))


def set_affinity(own: int, number: int) -> bool:
    """Ask Windows."""
    return bool(_set(own, number))


def affinity(own: int) -> int | None:
    """Ask Windows for what is in force."""
    told = api.DWORD()
    return told.value if _get(own, ctypes.byref(told)) else None


class WindowsCapture:
    """The Capture port; tests give recorded answers in the place of Windows."""

    def __init__(self, ask: Set = set_affinity, told: Get = affinity) -> None:
        self._ask = ask
        self._told = told

    def show(self, window: int, wanted: Pictured) -> Pictured:
        """Ask, and believe only what Windows says afterwards.

        Raises:
            PlatformError: Windows refused, or shows the window all the same.

        """
        for one in FALLS_BACK[wanted]:
            if self._ask(window, NUMBERS[one]):
                in_force = pictured(self._told(window))
                if in_force is wanted or in_force in {Pictured.BLACK, Pictured.BENEATH}:
                    return in_force
        raise api.refused("to keep a window out of pictures of the screen")

    def tried(self) -> Pictured:
        """Try it with a window that is never shown.

        Raises:
            PlatformError: Windows refused.

        """
        with window.hidden_window({}, top=True) as own:
            return self.show(own, Pictured.BENEATH)
