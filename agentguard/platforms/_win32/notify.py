"""Windows' own notifications: an icon that has something to say, which Windows shows as a toast.

Source: Microsoft, Shell_NotifyIcon and NOTIFYICONDATA (shellapi.h). Quiet hours are respected and
swallow it without a word, so nothing relies on it.
"""

from __future__ import annotations

import atexit
import ctypes
import sys
import threading
from contextlib import ExitStack

from agentguard.platforms._win32 import api, window

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

NAME = "AgentGuard"
_ADD, _MODIFY, _DELETE = 0, 1, 2
_ICON, _TIP, _INFO = 0x02, 0x04, 0x10  # NIF_*
_INFORMATION, _QUIET = 0x01, 0x80  # NIIF_INFO, NIIF_RESPECT_QUIET_TIME
_SHIELD = 32518  # IDI_SHIELD
_LONGEST_BODY, _LONGEST_TITLE = 255, 63


class _Data(ctypes.Structure):
    """`NOTIFYICONDATAW`."""

    _fields_ = (
        ("size", api.DWORD),
        ("window", api.HWND),
        ("id", api.UINT),
        ("flags", api.UINT),
        ("message", api.UINT),
        ("icon", api.HANDLE),
        ("tip", ctypes.c_wchar * 128),
        ("state", api.DWORD),
        ("state_mask", api.DWORD),
        ("info", ctypes.c_wchar * 256),
        ("version", api.UINT),
        ("title", ctypes.c_wchar * 64),
        ("info_flags", api.DWORD),
        ("guid", ctypes.c_byte * 16),
        ("balloon_icon", api.HANDLE),
    )


_SHELL = ctypes.WinDLL("shell32", use_last_error=True)
_notify = api.declared(
    _SHELL, "Shell_NotifyIconW", api.BOOL, api.DWORD, ctypes.POINTER(_Data)
)  # fmt: skip
_load_icon = api.user("LoadIconW", api.HANDLE, api.HANDLE, api.VOID)


class WindowsNotifier:
    """The Notifier port; its icon stands in the tray from the first notification on.

    The window behind it belongs to the thread that notifies first, and needs no messages.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept = ExitStack()
        self._window = 0

    def notify(self, title: str, body: str) -> None:
        """Show a notification; what is longer than Windows takes is cut.

        Raises:
            PlatformError: there is no tray to show it.

        """
        with self._guard:
            data = self._data(title, body)
            if not _notify(_MODIFY, ctypes.byref(data)) and not _notify(_ADD, ctypes.byref(data)):
                raise api.refused("a notification")

    def close(self) -> None:
        """Take the icon away."""
        with self._guard:
            if self._window:
                _notify(_DELETE, ctypes.byref(self._empty()))
                self._kept.close()
                self._window = 0

    def _data(self, title: str, body: str) -> _Data:
        if not self._window:
            self._window = self._kept.enter_context(window.hidden_window({}))
            atexit.register(self.close)
        data = self._empty()
        data.flags, data.icon = _ICON | _TIP | _INFO, _load_icon(None, _SHIELD)
        data.tip, data.title = NAME, title[:_LONGEST_TITLE]
        data.info, data.info_flags = body[:_LONGEST_BODY], _INFORMATION | _QUIET
        return data

    def _empty(self) -> _Data:
        return _Data(size=ctypes.sizeof(_Data), window=self._window, id=1)
