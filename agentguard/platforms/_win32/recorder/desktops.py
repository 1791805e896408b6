"""Asks Windows of what is in front, of pictures of the screen, of scaling and of programs."""

from __future__ import annotations

import ctypes
import sys
import winreg
from collections.abc import Iterator
from ctypes import wintypes

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, print_log, registry, window
from agentguard.platforms._win32.microphone_answers import Use
from agentguard.platforms._win32.recorder._native import Pointer, agreed, error_of, function
from agentguard.platforms._win32.runtime_objects import RuntimeObject, factory
from agentguard.platforms._win32.sharing_answers import CAPABILITIES
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_FOREGROUND = 3  # EVENT_SYSTEM_FOREGROUND
_NONE, _BLACK, _BENEATH = 0x00, 0x01, 0x11  # WDA_NONE, WDA_MONITOR, WDA_EXCLUDEFROMCAPTURE
_EFFECTIVE = 0  # MDT_EFFECTIVE_DPI
_LONGEST = 1024
UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_CONSENT = r"SOFTWARE\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
_STORE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore"
_PROGRAMS = "NonPackaged"
_PACKAGES = (
    r"Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion"
    r"\AppModel\Repository\Packages"
)
_MANAGER = "Windows.Management.Deployment.PackageManager"
_OF_MANAGER = "9a7d4b65-5e8f-4fc7-a2e5-7f6925cb8b53"
_BY_USER, _FIRST, _HAS_CURRENT, _NEXT = 12, 6, 7, 8  # places in their tables
_MOST = 10_000
_ACTIVATION, _ACTIVATE = "00000035-0000-0000-c000-000000000046", 6  # IActivationFactory
_PARTS = 5  # of a package's full name

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


def _installed() -> dict[str, object]:
    return {
        "machine": len(registry.children(registry.MACHINE, UNINSTALL)),
        "narrow": len(registry.children(registry.MACHINE, UNINSTALL, registry.NARROW)),
        "user": len(registry.children(registry.USER, UNINSTALL)),
    }


def _listed() -> dict[str, object]:
    names = registry.children(registry.USER, _PACKAGES)
    whole = [one for one in names if len(one.split("_")) == _PARTS]
    return {"count": len(names), "whole": len(whole)}


def _provisioned() -> dict[str, object]:
    """Count what the computer keeps ready for its users, in each of the two places."""
    first, second = (
        len(registry.children(registry.MACHINE, rf"{_STORE}\{place}"))
        for place in ("Applications", "InboxApplications")
    )
    return {"applications": first, "inbox": second}


def _packages() -> dict[str, object]:
    """Count the packages of this user, one after the other: none is looked at."""
    made = factory(_MANAGER, _ACTIVATION).object(_ACTIVATE)
    if made is None:
        return {"count": None}
    found = api.VOID()
    made.as_interface(_OF_MANAGER).call(_BY_USER, None, ctypes.byref(found))
    at = RuntimeObject(found.value or 0).object(_FIRST)
    count = 0
    there = at is not None and at.flag(_HAS_CURRENT)
    while at is not None and there and count < _MOST:
        count += 1
        there = at.flag(_NEXT)
    return {"count": count}


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
    "microphone.uses": _uses,
    "software.keys": _installed,
    "software.packages-listed": _listed,
    "software.packages": _packages,
    "software.provisioned": _provisioned,
    "window.captures": _captures,
}
