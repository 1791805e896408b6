"""Windows' own notifications: what the tray of Wine really shows."""

from __future__ import annotations

import ctypes
import time
from ctypes import wintypes

import pytest

from agentguard.platforms import win32
from agentguard.platforms._win32.notify import WindowsNotifier

TOOLTIP = "tooltips_class32"


def shown() -> set[str]:
    """Give the texts of the balloons that a person sees."""
    user, found = ctypes.WinDLL("user32"), set[str]()

    @ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
    def each(window: int, _: int) -> bool:
        kind, text = ctypes.create_unicode_buffer(100), ctypes.create_unicode_buffer(400)
        user.GetClassNameW(wintypes.HWND(window), kind, 100)
        if kind.value == TOOLTIP and user.IsWindowVisible(wintypes.HWND(window)):
            user.SendMessageTimeoutW(
                wintypes.HWND(window), 0x000D, 400, text, 2, 2000, None
            )  # WM_GETTEXT
            found.add(text.value)
        return True

    user.EnumWindows(each, 0)
    return found


def test_the_door_shows_one_notification_after_the_other() -> None:
    notifier = win32.backend().notifier
    assert isinstance(notifier, WindowsNotifier)
    try:
        for body in ("Größe: one", "two " * 200):
            notifier.notify("AgentGuard " * 20, body)
            end = time.monotonic() + 60
            while not any(text and body.startswith(text[:200]) for text in shown()):
                assert time.monotonic() < end, shown()
                time.sleep(0.1)
    finally:
        notifier.close()
    notifier.close()


@pytest.mark.parametrize("body", ["", "\n", "x" * 10_000], ids=["empty", "line", "long"])
def test_any_text_is_taken(body: str) -> None:
    notifier = WindowsNotifier()
    notifier.notify(body, body)
    notifier.close()
