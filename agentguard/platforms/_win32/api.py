"""What is called of Windows, declared once; names and numbers are those of its headers.

Sources: Microsoft's reference of winuser.h, wtsapi32.h, processthreadsapi.h and winbase.h.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes import wintypes
from pathlib import PureWindowsPath
from typing import Any

from agentguard.base.errors import PlatformError

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

MESSAGE_ONLY = -3  # HWND_MESSAGE
DENIED = 5  # ERROR_ACCESS_DENIED
LIMITED_INFORMATION = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
LONGEST_PATH = 32768
LONGEST_NAME = 257  # UNLEN and its end
LONGEST_CLASS = 257

WINDOW_PROCEDURE = ctypes.WINFUNCTYPE(
    ctypes.c_ssize_t, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM
)

_KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
_USER = ctypes.WinDLL("user32", use_last_error=True)
_ADVANCED = ctypes.WinDLL("advapi32", use_last_error=True)

HANDLE, HWND, UINT, DWORD = wintypes.HANDLE, wintypes.HWND, wintypes.UINT, wintypes.DWORD
WPARAM, LPARAM, TEXT, VOID = wintypes.WPARAM, wintypes.LPARAM, wintypes.LPCWSTR, ctypes.c_void_p
BOOL, INT, SIZE, LONG = wintypes.BOOL, ctypes.c_int, ctypes.c_size_t, wintypes.LONG


Function = Callable[..., Any]
"""A function of Windows'."""


def declared(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """Return a function of a library with its types; 64-bit handles would else be cut."""
    function: Any = getattr(library, name)
    function.restype = result
    function.argtypes = arguments
    called: Callable[..., Any] = function
    return called


def user(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """Declare a function of user32."""
    return declared(_USER, name, result, *arguments)


def advanced(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """Declare a function of advapi32."""
    return declared(_ADVANCED, name, result, *arguments)


def kernel(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """Declare a function of kernel32."""
    return declared(_KERNEL, name, result, *arguments)


close_handle = kernel("CloseHandle", BOOL, HANDLE)
tick_count = kernel("GetTickCount64", ctypes.c_ulonglong)
own_process = kernel("GetCurrentProcessId", DWORD)
_session_of = kernel("ProcessIdToSessionId", BOOL, DWORD, ctypes.POINTER(DWORD))
_open_process = kernel("OpenProcess", HANDLE, DWORD, BOOL, DWORD)
_image_of = kernel(
    "QueryFullProcessImageNameW", BOOL, HANDLE, DWORD, wintypes.LPWSTR, ctypes.POINTER(DWORD)
)
_process_of = user("GetWindowThreadProcessId", DWORD, HWND, ctypes.POINTER(DWORD))
_class_of = user("GetClassNameW", INT, HWND, wintypes.LPWSTR, INT)
window_in_front = user("GetForegroundWindow", HWND)
_user_name = advanced("GetUserNameW", BOOL, wintypes.LPWSTR, ctypes.POINTER(DWORD))
system_metrics = user("GetSystemMetrics", INT, INT)
SHUTTING_DOWN = 0x2000  # SM_SHUTTINGDOWN: the session is ending


def refused(what: str, advice: str = "") -> PlatformError:
    """Return the error for a call that has just failed, with Windows' own number."""
    return PlatformError(f"Windows refused {what} (error {ctypes.get_last_error()}).", advice)


def user_name() -> str:
    """Return the account of this program's token, without its domain; empty when it is not told."""
    size = DWORD(LONGEST_NAME)
    text = ctypes.create_unicode_buffer(size.value)
    return text.value if _user_name(text, ctypes.byref(size)) else ""


def own_session() -> int:
    """Return the number of the session that this program runs in.

    0 when Windows does not tell it.
    """
    number = DWORD()
    return number.value if _session_of(own_process(), ctypes.byref(number)) else 0


def window_pid(window: int) -> int:
    """Return the process that made a window; 0 when the window is gone."""
    pid = DWORD()
    return pid.value if _process_of(window, ctypes.byref(pid)) else 0


def window_class(window: int) -> str:
    """Return the class of a window; empty when it is gone."""
    text = ctypes.create_unicode_buffer(LONGEST_CLASS)
    return text.value if _class_of(window, text, LONGEST_CLASS) else ""


def image_path(pid: int) -> str:
    """Return the full path of a process's program; empty when it may not be known or has ended."""
    process = _open_process(LIMITED_INFORMATION, False, pid) if pid else None
    if not process:
        return ""
    try:
        text, size = ctypes.create_unicode_buffer(LONGEST_PATH), DWORD(LONGEST_PATH)
        return text.value if _image_of(process, 0, text, ctypes.byref(size)) else ""
    finally:
        close_handle(process)


def program(pid: int) -> str:
    """Return a process's image name in lower case, without `.exe`; empty when it is not known."""
    return PureWindowsPath(image_path(pid)).name.lower().removesuffix(".exe")
