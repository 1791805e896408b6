"""A hidden window with the loop that serves it; both belong to the thread that makes them.

Windows tells of the clipboard and the session only by messages to a window.
"""

from __future__ import annotations

import ctypes
import math
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ctypes import wintypes

from agentguard.platforms._win32 import api

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LOOK = 0.5
"""Seconds between two looks at a stop while nothing happens."""

NAME = "AgentGuard"
_CLOSE = 0x0010  # WM_CLOSE
_REMOVE, _ALL_INPUT, _ALSO_OLD = 1, 0x04FF, 4  # PM_REMOVE, QS_ALLINPUT, MWMO_INPUTAVAILABLE

Heard = Callable[[int, int], None]
"""Is told `wParam` and `lParam` of a message."""


class _Class(ctypes.Structure):
    """`WNDCLASSW`."""

    _fields_ = (
        ("style", api.UINT),
        ("procedure", api.WINDOW_PROCEDURE),
        ("class_extra", api.INT),
        ("window_extra", api.INT),
        ("instance", api.HANDLE),
        ("icon", api.HANDLE),
        ("cursor", api.HANDLE),
        ("background", api.HANDLE),
        ("menu", api.TEXT),
        ("name", api.TEXT),
    )


_register = api.user("RegisterClassW", wintypes.ATOM, ctypes.POINTER(_Class))
_create = api.user(
    "CreateWindowExW", api.HWND, api.DWORD, api.TEXT, api.TEXT, api.DWORD,
    *(api.INT,) * 4, api.HWND, api.HANDLE, api.HANDLE, api.VOID,
)  # fmt: skip
_destroy = api.user("DestroyWindow", api.BOOL, api.HWND)
_default = api.user("DefWindowProcW", ctypes.c_ssize_t, api.HWND, api.UINT, api.WPARAM, api.LPARAM)
_peek = api.user("PeekMessageW", api.BOOL, ctypes.POINTER(wintypes.MSG), api.HWND, *(api.UINT,) * 3)
_translate = api.user("TranslateMessage", api.BOOL, ctypes.POINTER(wintypes.MSG))
_dispatch = api.user("DispatchMessageW", ctypes.c_ssize_t, ctypes.POINTER(wintypes.MSG))
_wait = api.user("MsgWaitForMultipleObjectsEx", api.DWORD, api.DWORD, api.VOID, *(api.DWORD,) * 3)
_module = api.kernel("GetModuleHandleW", api.HANDLE, api.TEXT)

_listening: dict[int, Mapping[int, Heard]] = {}


def _hear(window: int, message: int, word: int, long: int) -> int:
    if message == _CLOSE:  # nobody sees it to close it; another program would make us deaf
        return 0
    heard = _listening.get(window, {}).get(message)
    if heard is not None:
        heard(word, long)
        return 0
    return int(_default(window, message, word, long))


_procedure = api.WINDOW_PROCEDURE(_hear)  # kept: Windows calls it for as long as there are windows
_kept: list[_Class] = []
_making = threading.Lock()


def _class_name() -> str:
    """Have the class once: a thread that is early would make a window of one that is half there."""
    with _making:
        if not _kept:
            made = _Class(procedure=_procedure, instance=_module(None), name=NAME)
            _register(ctypes.byref(made))
            _kept.append(made)
    return NAME


@contextmanager
def hidden_window(heard: Mapping[int, Heard], *, top: bool = False) -> Iterator[int]:
    """Have a window that is never shown; `heard` says who is told of which message.

    With `top` it is a top-level window, which also gets what Windows tells to all of them.
    """
    parent = None if top else api.MESSAGE_ONLY
    name = _class_name()
    window = _create(0, name, name, 0, 0, 0, 0, 0, parent, None, _module(None), None)
    if not window:
        raise api.refused("a window")
    _listening[window] = heard
    try:
        yield window
    finally:
        _listening.pop(window, None)
        _destroy(window)


def serve(longest: float = LOOK) -> None:
    """Wait at most `longest` seconds for messages to this thread, and deal with all there are."""
    _wait(0, None, math.ceil(min(LOOK, max(0.0, longest)) * 1000), _ALL_INPUT, _ALSO_OLD)
    message = wintypes.MSG()
    while _peek(ctypes.byref(message), None, 0, 0, _REMOVE):
        _translate(ctypes.byref(message))
        _dispatch(ctypes.byref(message))
