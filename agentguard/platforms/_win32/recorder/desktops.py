"""Asks Windows of what is in front, of pictures of the screen, and of scaling."""

from __future__ import annotations

import ctypes
import struct
import sys
import winreg
from collections.abc import Iterator
from ctypes import wintypes

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, letters, print_log, registry, window
from agentguard.platforms._win32.microphone_answers import CAPABILITIES, Use
from agentguard.platforms._win32.recorder._native import Pointer, agreed, done, error_of, function
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_FOREGROUND = 3  # EVENT_SYSTEM_FOREGROUND
_NONE, _BLACK, _BENEATH = 0x00, 0x01, 0x11  # WDA_NONE, WDA_MONITOR, WDA_EXCLUDEFROMCAPTURE
_EFFECTIVE = 0  # MDT_EFFECTIVE_DPI
_GET_METRICS, _USUAL_DPI = 0x0029, 96  # SPI_GETNONCLIENTMETRICS
_METRICS, _MESSAGE_FONT = 504, 408  # bytes of NONCLIENTMETRICSW, and where lfMessageFont begins
_LONGEST = 1024
_CONSENT = r"SOFTWARE\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
_PROGRAMS = "NonPackaged"

_HOOK = ctypes.WINFUNCTYPE(
    None, api.HANDLE, api.DWORD, api.HWND, api.LONG, api.LONG, api.DWORD, api.DWORD
)
_MONITOR = ctypes.WINFUNCTYPE(
    api.BOOL, api.HANDLE, api.HANDLE, ctypes.POINTER(wintypes.RECT), api.LPARAM
)


def _in_front() -> dict[str, object]:
    front = api.window_in_front() or 0
    text = ctypes.create_unicode_buffer(_LONGEST)
    ask = function("user32", "GetWindowTextW", api.INT, api.HWND, api.VOID, api.INT)
    title = text.value if front and ask(front, text, _LONGEST) else ""
    return {
        "there": bool(front),
        "kind": api.window_class(front) if front else None,
        "title": title,
        "program": api.program(api.window_pid(front)) if front else "",
    }


def _hook() -> dict[str, object]:
    begin = function(
        "user32", "SetWinEventHook", api.HANDLE, api.DWORD, api.DWORD, api.HANDLE, _HOOK,
        *(api.DWORD,) * 3,
    )  # fmt: skip
    heard = _HOOK(lambda *_told: None)
    hook = begin(_FOREGROUND, _FOREGROUND, None, heard, 0, 0, 0)
    if hook:
        function("user32", "UnhookWinEvent", api.BOOL, api.HANDLE)(hook)
    return {"hooked": bool(hook)}


def _capture() -> dict[str, object]:
    """Return how Windows takes each affinity of a window, and what it says of it afterwards."""
    put = function("user32", "SetWindowDisplayAffinity", api.BOOL, api.HWND, api.DWORD)
    ask = function("user32", "GetWindowDisplayAffinity", api.BOOL, api.HWND, Pointer(api.DWORD))
    after = api.DWORD()
    with window.hidden_window({}, top=True) as own:
        black = error_of(put(own, _BLACK))
        beneath = error_of(put(own, _BENEATH))
        ask(own, ctypes.byref(after))
        put(own, _NONE)
    return {"beneath": beneath, "black": black, "after": after.value}


def _scaling() -> dict[str, object]:
    awareness = api.INT()
    ask = function("shcore", "GetProcessDpiAwareness", ctypes.c_int32, api.HANDLE, Pointer(api.INT))
    agreed(ask(None, ctypes.byref(awareness)))
    every = list(_monitors())
    return {
        "system": function("user32", "GetDpiForSystem", api.UINT)(),
        "awareness": awareness.value,
        "count": len(every),
        "monitors": every,
    }


def _letters() -> dict[str, object]:
    """Tell the text size, and how high the font of messages is at 96 dpi: whether it grows."""
    metrics = ctypes.create_string_buffer(_METRICS)
    struct.pack_into("<i", metrics, 0, _METRICS)
    ask = function(
        "user32", "SystemParametersInfoForDpi", api.BOOL, api.UINT, api.UINT, api.VOID, api.UINT,
        api.UINT,
    )  # fmt: skip
    done(ask(_GET_METRICS, _METRICS, metrics, 0, _USUAL_DPI))
    return {
        "percent": registry.values(registry.USER, letters.KEY).get(letters.VALUE),
        "pixels": abs(struct.unpack_from("<i", metrics, _MESSAGE_FONT)[0]),
    }


def _monitors() -> Iterator[int]:
    found: list[int] = []

    def note(monitor: int, _context: object, _area: object, _data: object) -> bool:
        found.append(monitor)
        return True

    each = _MONITOR(note)
    function("user32", "EnumDisplayMonitors", api.BOOL, api.HANDLE, api.VOID, _MONITOR, api.LPARAM)(
        None, None, each, 0
    )
    ask = function(
        "shcore", "GetDpiForMonitor", ctypes.c_int32, api.HANDLE, api.INT, Pointer(api.UINT),
        Pointer(api.UINT),
    )  # fmt: skip
    for monitor in found:
        across, down = api.UINT(), api.UINT()
        if ask(monitor, _EFFECTIVE, ctypes.byref(across), ctypes.byref(down)) == 0:
            yield across.value


def _uses() -> dict[str, object]:
    """Count who has used a microphone; their names stay here."""
    return _noted(rf"{_CONSENT}\microphone")


def _noted(store: str) -> dict[str, object]:
    """Count the entries of a consent store: how many are open, and how many are of an odd kind."""
    packaged = [one for one in _children(store) if one != _PROGRAMS]
    programs = _children(rf"{store}\{_PROGRAMS}")
    places = (*packaged, *(rf"{_PROGRAMS}\{one}" for one in programs))
    uses = [
        Use(key="", packaged=False, values=registry.values(registry.USER, rf"{store}\{one}"))
        for one in places
    ]
    odd = [one for one in uses if not isinstance(one.values.get("LastUsedTimeStop"), int | None)]
    return {
        "there": registry.there(registry.USER, store),
        "packaged": len(packaged),
        "programs": len(programs),
        "open": sum(one.open for one in uses),
        "odd": len(odd),
    }


def _children(path: str, root: int = winreg.HKEY_CURRENT_USER) -> tuple[str, ...]:
    return registry.children(root, path)


def _captures() -> dict[str, object]:
    """Count who has taken pictures of the screen, by each capability, and whose entry is open."""
    told: dict[str, object] = {}
    for name, capability in zip(("with_border", "without"), CAPABILITIES, strict=True):
        told[name] = _noted(rf"{_CONSENT}\{capability}")
    return told


def _printed() -> dict[str, object]:
    """Count the print jobs that the log has of the last day; what was printed stays there."""
    try:
        return {"count": len(print_log.events())}
    except PlatformError:
        raise Refusal(ctypes.get_last_error()) from None


CALLS = {
    "prints.entries": _printed,
    "window.in-front": _in_front,
    "window.hook": _hook,
    "window.capture": _capture,
    "screen.scaling": _scaling,
    "screen.letters": _letters,
    "microphone.uses": _uses,
    "window.captures": _captures,
}
