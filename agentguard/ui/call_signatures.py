"""Lets go of what PySide writes out the signatures of its functions with.

It reads ten modules of its own for that as it starts, and for them Python's `inspect`, `ast` and
`dis`: more than a megabyte, used for a wrong call and for who asks what a function takes. They are
read again when that happens.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from threading import RLock
from types import ModuleType
from typing import Any

from agentguard.base.borrowed import let_go
from agentguard.base.deferred import put_off

_ROOM = "shibokensupport.signature"
_NAMES = (_ROOM, "PySide6.support.signature")
_LOOK = "shibokensupport.feature"
_PARTS = (
    "errorhandler", "layout", "lib", "parser", "lib.enum_sig", "lib.pyi_generator", "lib.tool",
)  # fmt: skip
"""Without `mapping`, whose place PySide's library keeps."""
_FOR_THEM = ("inspect", "ast", "dis", "opcode", "tokenize", "textwrap", "zipfile")
_reading = RLock()


def shed() -> bool:
    """Let go of them, and tell whether it was so; the next look for garbage frees what they took.

    PySide has to keep them in its own library, as its wheels do. Must be called before there are
    other threads.
    """
    loader, look = sys.modules.get(f"{_ROOM}.loader"), sys.modules.get(_LOOK)
    finder: Any = getattr(loader, "__loader__", None)
    packed = getattr(getattr(finder, "zfile", None), "fp", None)
    if loader is None or look is None or not isinstance(packed, BytesIO) or not _known(loader):
        return False
    parts = packed.getvalue()
    finder.zfile = None
    for part in _PARTS:
        stand_in = _stand_in(_last(part), lambda: _read(loader, finder, parts))
        _publish(loader, part, stand_in)
        sys.modules[f"{_NAMES[1]}.{part}"] = stand_in
    let_go("zipfile._path.glob", "zipfile._path")  # which hold the whole
    put_off(_FOR_THEM)
    re.purge()  # the patterns that they read with
    vars(look)["inspect"] = sys.modules["inspect"]
    return True


def _known(loader: ModuleType) -> bool:
    """Check whether it is the PySide that is known: it has each part."""
    return all(f"{_ROOM}.{part}" in sys.modules and _last(part) in vars(loader) for part in _PARTS)


def _publish(loader: ModuleType, part: str, module: ModuleType) -> None:
    """Have a part found wherever PySide looks for it."""
    sys.modules[f"{_ROOM}.{part}"] = module
    vars(loader)[_last(part)] = module
    room, _, last = f"{_ROOM}.{part}".rpartition(".")
    setattr(sys.modules[room], last, module)


def _last(part: str) -> str:
    return part.rpartition(".")[2]


def _stand_in(name: str, read: Callable[[], dict[str, ModuleType]]) -> ModuleType:
    module = ModuleType(name)

    def first(attribute: str) -> Any:
        """Read all of them (PEP 562)."""
        if attribute.startswith("__"):  # what the import asks of any module
            raise AttributeError(attribute)
        return getattr(read()[name], attribute)

    vars(module)["__getattr__"] = first
    return module


def _read(loader: ModuleType, finder: Any, packed: bytes) -> dict[str, ModuleType]:
    """Return all of them by their last names, read anew and known to PySide again."""
    with _reading:
        for part in _PARTS:
            if getattr(sys.modules.get(f"{_ROOM}.{part}"), "__spec__", None) is None:
                sys.modules.pop(f"{_ROOM}.{part}", None)
        finder.zfile = import_module("zipfile").ZipFile(BytesIO(packed))
        sys.meta_path.insert(0, finder)
        try:
            read = {part: import_module(f"{_ROOM}.{part}") for part in _PARTS}
        finally:
            sys.meta_path.remove(finder)
            finder.zfile = None
        for part, module in read.items():
            _publish(loader, part, module)
        return {_last(part): module for part, module in read.items()}
