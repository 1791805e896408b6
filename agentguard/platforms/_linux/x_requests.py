"""Keeps of python-xlib's requests those that a desk makes; another one is read when it is made.

It has a class for each of the 119 requests of the X protocol, half a megabyte, and a desk makes
two dozen of them.
"""

from __future__ import annotations

import gc
from importlib.util import module_from_spec
from threading import Lock
from typing import Any

from Xlib.protocol import request

MADE = frozenset({
    "ChangeProperty", "ChangeWindowAttributes", "ConvertSelection", "CreateWindow",
    "DeleteProperty", "DestroyWindow", "GetInputFocus", "GetProperty", "GetSelectionOwner",
    "GetScreenSaver", "GetWindowAttributes", "InternAtom", "QueryExtension", "SendEvent",
    "SetSelectionOwner",
})  # fmt: skip
"""What a desk asks for on most days."""

_FIRST = "__getattr__"
_reading = Lock()


def shed() -> None:
    """Let go of the other classes, and of what they took: they belong to each other."""
    known = vars(request)
    if _FIRST in known:
        return
    for name in [one for one, what in known.items() if isinstance(what, type) and one not in MADE]:
        del known[name]
    known.pop("major_codes", None)
    known[_FIRST] = _first
    if gc.isenabled():  # else an agent is put together, and looks once at its end
        gc.collect()


def _first(name: str) -> Any:
    """Read all of them for one that is missing, and keep that (PEP 562)."""
    spec = request.__spec__
    if name.startswith("__") or spec.loader is None:
        raise AttributeError(name)
    with _reading:
        if name not in vars(request):
            anew = module_from_spec(spec)
            spec.loader.exec_module(anew)
            if name not in vars(anew):
                raise AttributeError(name)
            vars(request)[name] = vars(anew)[name]
        return vars(request)[name]
