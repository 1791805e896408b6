"""The window in front: told by an event hook, named by its process, class and number.

The hook names the window itself: at that moment Windows may still call the last one the foreground
window. A title is read only where the policy asks for it, and goes no further than `sort`.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from ctypes import wintypes

from agentguard.base.errors import PlatformError
from agentguard.platforms._steady_value import Steady
from agentguard.platforms._win32 import api, window
from agentguard.ports.clock import Stop
from agentguard.ports.foreground import FocusedWindow, Sort, unsorted

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

NOTHING = FocusedWindow(image="", window_class="", window=0)
FRAME = "applicationframehost"
"""Owns the windows of packaged apps, whose own process has only a child window in it."""

LONGEST_LOOK = 100  # child windows
LONGEST_TITLE = 1024  # characters
_FOREGROUND = 3  # EVENT_SYSTEM_FOREGROUND
_OUT_OF_CONTEXT = 0  # WINEVENT_OUTOFCONTEXT: the hook is called by this thread's own messages
_WINDOW_ITSELF = 0  # OBJID_WINDOW
_MINIMISE = 6  # SW_MINIMIZE: the next window comes to the front

_HOOK = ctypes.WINFUNCTYPE(
    None, api.HANDLE, api.DWORD, api.HWND, wintypes.LONG, wintypes.LONG, api.DWORD, api.DWORD
)
_EACH = ctypes.WINFUNCTYPE(api.BOOL, api.HWND, api.LPARAM)
_hook = api.user(
    "SetWinEventHook", api.HANDLE, api.UINT, api.UINT, api.HANDLE, _HOOK, *(api.DWORD,) * 3
)
_unhook = api.user("UnhookWinEvent", api.BOOL, api.HANDLE)
_children = api.user("EnumChildWindows", api.BOOL, api.HWND, _EACH, api.LPARAM)
_exists = api.user("IsWindow", api.BOOL, api.HWND)
_show = api.user("ShowWindowAsync", api.BOOL, api.HWND, api.INT)
_kept_title = api.user("InternalGetWindowText", api.INT, api.HWND, wintypes.LPWSTR, api.INT)


class WindowsForeground:
    """Tells the window in front, and looks for itself as well each half second."""

    def watch(
        self,
        focused: Callable[[FocusedWindow], None],
        stop: Stop,
        *,
        steady: float = 0.0,
        sort: Sort = unsorted,
    ) -> None:
        """Call `focused` for the window in front and at every change, until `stop` is set."""
        front = Steady[FocusedWindow](steady)
        front.offer(describe(api.window_in_front(), sort), time.monotonic())
        news: list[int] = []

        def came(_hook: int, _event: int, handle: int, thing: int, *_rest: int) -> None:
            if thing == _WINDOW_ITSELF and handle:
                news.append(handle)

        kept = _HOOK(came)  # for as long as Windows may call it
        hook = _hook(_FOREGROUND, _FOREGROUND, None, kept, 0, 0, _OUT_OF_CONTEXT)
        if not hook:
            raise api.refused("to tell of the window in front")
        try:
            while not stop.is_set():
                if (due := front.due(time.monotonic())) is not None:
                    focused(due)
                left = front.wait(time.monotonic())
                window.serve(window.LOOK if left is None else left)
                front.offer(describe(_newest(news), sort), time.monotonic())
        finally:
            _unhook(hook)

    def put_away(self, window: int) -> None:
        """Minimise a window; it is asked for, as a program that hangs would hold us up."""
        if not _exists(window):
            raise PlatformError("The window is gone.")
        _show(window, _MINIMISE)


def _newest(news: list[int]) -> int | None:
    """Return the window that was told last, while it is there; else the one that Windows names."""
    told = [handle for handle in news if _exists(handle)]
    news.clear()
    newest: int | None = told[-1] if told else api.window_in_front()
    return newest


def describe(handle: int | None, sort: Sort = unsorted) -> FocusedWindow:
    """Name a window by its program; a packaged app by the child that is its own."""
    if not handle:
        return NOTHING
    pid = api.window_pid(handle)
    image = api.program(pid)
    if image == FRAME:
        image = api.program(guest(handle, pid)) or image
    return FocusedWindow(
        image=image,
        window_class=api.window_class(handle),
        window=handle,
        titled=sort(image, lambda: title(handle)),
    )


def title(handle: int) -> str:
    """Return a window's title as Windows keeps it.

    The program is not asked, so it cannot hang us.
    """
    text = ctypes.create_unicode_buffer(LONGEST_TITLE)
    return text.value if _kept_title(handle, text, LONGEST_TITLE) else ""


def guest(frame: int, host: int) -> int:
    """Return the process of another program's child window in a frame; 0 when there is none yet."""
    found: list[int] = []
    seen = 0

    def each(child: int, _word: int) -> bool:
        nonlocal seen
        seen += 1
        pid = api.window_pid(child)
        if pid not in {0, host}:
            found.append(pid)
        return not found and seen < LONGEST_LOOK

    _children(frame, _EACH(each), 0)
    return found[0] if found else 0
