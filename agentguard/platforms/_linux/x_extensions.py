"""Keeps python-xlib from loading at each connection what is not used here.

That is every extension that it knows, and the keyboard: thousands of keys for each connection. Of
the 119 requests of the X protocol, each a class and half a megabyte together, those that a desk
makes are kept; another one is read when it is made.
"""

from __future__ import annotations

import gc
from importlib.util import module_from_spec
from threading import Lock
from typing import Any

from Xlib import ext
from Xlib.display import Display
from Xlib.protocol import request

USED = frozenset({"MIT-SCREEN-SAVER", "X-Resource", "XFIXES"})
"""What is used here, by the names of the X protocol."""
_READER_OF_KEYS = "_update_keymap"
"""What reads which sign each key gives: python-xlib's own, called as a connection opens."""
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


def spare() -> None:
    """Let connections from now on fit these alone, and not know what the keys give."""
    known = vars(ext)["__extensions__"]
    known[:] = [one for one in known if one[0] in USED]
    setattr(Display, _READER_OF_KEYS, _nothing)
    shed()


def _nothing(_display: Display, _first: int, _count: int) -> None:
    """Read no keys."""
