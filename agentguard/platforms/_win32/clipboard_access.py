"""Opens the clipboard with a limit, and takes or puts its data.

Whoever opens it does so by a window of its own thread, since Windows tells openers apart by window.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, window

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

UNICODE_TEXT, DROPPED_FILES = 13, 15  # CF_UNICODETEXT, CF_HDROP
FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.08
"""Seconds between two tries to open: other programs hold it for some milliseconds."""

_MOVEABLE = 2  # GMEM_MOVEABLE
_NOTHING, _ABORT_IF_HUNG = 0, 2  # WM_NULL, SMTO_ABORTIFHUNG
_EVERY_FILE = 0xFFFFFFFF

_open = api.user("OpenClipboard", api.BOOL, api.HWND)
_close = api.user("CloseClipboard", api.BOOL)
_empty = api.user("EmptyClipboard", api.BOOL)
_data = api.user("GetClipboardData", api.HANDLE, api.UINT)
_set = api.user("SetClipboardData", api.HANDLE, api.UINT, api.HANDLE)
_offered = api.user("IsClipboardFormatAvailable", api.BOOL, api.UINT)
_register = api.user("RegisterClipboardFormatW", api.UINT, api.TEXT)
_ask = api.user(
    "SendMessageTimeoutW", ctypes.c_ssize_t, api.HWND, api.UINT, api.WPARAM, api.LPARAM,
    api.UINT, api.UINT, ctypes.POINTER(ctypes.c_size_t),
)  # fmt: skip
sequence = api.user("GetClipboardSequenceNumber", api.DWORD)
owner = api.user("GetClipboardOwner", api.HWND)

_allocate = api.kernel("GlobalAlloc", api.HANDLE, api.UINT, api.SIZE)
_release = api.kernel("GlobalFree", api.HANDLE, api.HANDLE)
_lock = api.kernel("GlobalLock", api.VOID, api.HANDLE)
_unlock = api.kernel("GlobalUnlock", api.BOOL, api.HANDLE)
_size = api.kernel("GlobalSize", api.SIZE, api.HANDLE)

_file = api.declared(
    ctypes.WinDLL("shell32"), "DragQueryFileW", api.UINT, api.HANDLE, api.UINT,
    ctypes.c_wchar_p, api.UINT,
)  # fmt: skip

_pause = threading.Event()


@contextmanager
def opened(deadline: float) -> Iterator[None]:
    """Have the clipboard open for this thread; nobody else can change it meanwhile.

    Raises:
        PlatformError: others had it open until `deadline` (monotonic time).

    """
    with window.hidden_window({}) as own:
        wait = FIRST_PAUSE
        while not _open(own):
            if time.monotonic() + wait > deadline:
                raise PlatformError("Another program holds the clipboard open.")
            _pause.wait(wait)
            wait = min(wait * 2, LONGEST_PAUSE)
        try:
            yield
        finally:
            _close()


def answers(program_window: int, deadline: float) -> bool:
    """Check whether a window's program answers messages: one that hangs renders nothing."""
    left = max(1, int((deadline - time.monotonic()) * 1000))
    word = ctypes.c_size_t()
    asked = _ask(program_window, _NOTHING, 0, 0, _ABORT_IF_HUNG, left, ctypes.byref(word))
    return bool(asked) or not api.window_pid(program_window)  # a window that is gone is not asked


def number(name: str) -> int:
    """Return the number of a format by its name."""
    return int(_register(name))


def offers(form: int) -> bool:
    """Check whether there is data of this format."""
    return bool(_offered(form))


def take(form: int, limit: int) -> tuple[bytes, bool] | None:
    """Take at most `limit` bytes, and tell whether that is all; None when there is nothing.

    The owner may be asked to render it, and takes as long as it likes.
    """
    if not _offered(form):
        return None
    handle = _data(form)
    place = _lock(handle) if handle else None
    if not place:
        return None
    try:
        size = int(_size(handle))
        return ctypes.string_at(place, min(size, limit)), size <= limit
    finally:
        _unlock(handle)


def dropped_files(limit: int) -> tuple[tuple[str, ...], bool]:
    """Return the paths of a list of files, at most `limit` characters, and whether that is all."""
    handle = _data(DROPPED_FILES) if _offered(DROPPED_FILES) else None
    count = _file(handle, _EVERY_FILE, None, 0) if handle else 0
    paths: list[str] = []
    for each in range(count):
        length = _file(handle, each, None, 0) + 1
        limit -= length
        if limit < 0:
            return tuple(paths), False
        path = ctypes.create_unicode_buffer(length)
        _file(handle, each, path, length)
        paths.append(path.value)
    return tuple(paths), True


def empty() -> None:
    """Empty the open clipboard.

    Raises:
        PlatformError: Windows refused.

    """
    if not _empty():
        raise api.refused("to empty the clipboard")


def put(form: int, data: bytes) -> None:
    """Put data on the open clipboard, which has been emptied.

    Raises:
        PlatformError: Windows refused.

    """
    handle = _allocate(_MOVEABLE, len(data))
    place = _lock(handle) if handle else None
    if not place:
        raise api.refused("memory for the clipboard")
    ctypes.memmove(place, data, len(data))
    _unlock(handle)
    if not _set(form, handle):
        _release(handle)
        raise api.refused("to put text on the clipboard")
