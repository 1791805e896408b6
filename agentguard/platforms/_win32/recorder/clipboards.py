"""Asks Windows what lies on the clipboard: formats, the values of marks, and a text's length."""

from __future__ import annotations

import ctypes
import sys
import time

from agentguard.platforms._win32 import api, window
from agentguard.platforms._win32 import clipboard_access as access
from agentguard.platforms._win32 import clipboard_forms as forms
from agentguard.platforms._win32.recorder._native import function
from agentguard.platforms._win32.runtime_objects import factory

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

SECONDS = 2.0
"""For other programs to leave the clipboard."""
_FIRST_NAMED = 0xC000  # numbers below are Windows' own, or private to a program
_MARKS = frozenset({forms.HISTORY, forms.CLOUD})
_LONGEST = 257
_LONGEST_TEXT = 1 << 20
_CLIPBOARD = "Windows.ApplicationModel.DataTransfer.Clipboard"
_STATICS_2 = "d2ac1b6a-d29f-554b-b303-f0452345fe02"
_IS_HISTORY, _IS_ROAMING = 10, 11  # places in IClipboardStatics2's table


def formats() -> dict[str, object]:
    """Return what is offered; of data only a mark's four bytes and a text's length are read.

    Raises:
        PlatformError: others held the clipboard open.

    """
    following = function("user32", "EnumClipboardFormats", api.UINT, api.UINT)
    numbers: list[int] = []
    with access.opened(time.monotonic() + SECONDS):
        number = following(0)
        while number:
            numbers.append(number)
            number = following(number)
        found = [_format(one) for one in numbers]
        text = access.take(access.UNICODE_TEXT, _LONGEST_TEXT)
    return {
        "sequence": access.sequence(),
        "count": len(numbers),
        "owned": bool(access.owner()),
        "text": len(text[0]) if text else None,
        "formats": found,
    }


def _format(number: int) -> dict[str, object]:
    if number < _FIRST_NAMED:
        return {"number": number, "name": None, "value": None}
    name = _name(number)
    taken = access.take(number, len(forms.NO)) if name in _MARKS else None
    value = int.from_bytes(taken[0], "little") if taken else None
    return {"number": None, "name": name, "value": value}


def _name(number: int) -> str:
    text = ctypes.create_unicode_buffer(_LONGEST)
    ask = function("user32", "GetClipboardFormatNameW", api.INT, api.UINT, api.VOID, api.INT)
    return text.value if ask(number, text, _LONGEST) else ""


def _listener() -> dict[str, object]:
    add = function("user32", "AddClipboardFormatListener", api.BOOL, api.HWND)
    remove = function("user32", "RemoveClipboardFormatListener", api.BOOL, api.HWND)
    with window.hidden_window({}) as own:
        heard = bool(add(own))
        remove(own)
    return {"heard": heard}


def _history() -> dict[str, object]:
    clipboard = factory(_CLIPBOARD, _STATICS_2)
    return {"history": clipboard.flag(_IS_HISTORY), "roaming": clipboard.flag(_IS_ROAMING)}


CALLS = {
    "clipboard.formats": formats,
    "clipboard.listener": _listener,
    "clipboard.history-object": _history,
}
