"""Modules that a library imports for what few starts do: they are read when they are used."""

from __future__ import annotations

import os
import sys
import typing
from _thread import allocate_lock
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any

_TAKING_OUT = allocate_lock()
_STAND_INS: dict[str, ModuleType] = {}


def _get_annotations(of: type, /) -> dict[str, Any]:
    """Return what a class itself annotates, as `inspect.get_annotations` does for classes."""
    return dict(vars(of).get("__annotations__", {}))


_NOTHING = object()


def _getattr_static(of: object, name: str, default: object = _NOTHING) -> object:
    """Return what an object or its class has under a name, as `inspect.getattr_static` does.

    Raises:
        AttributeError: there is nothing, and no default.

    """
    kind: type = type(of)
    places = of.__mro__ + kind.__mro__ if isinstance(of, type) else kind.__mro__
    shared = next((vars(one)[name] for one in places if name in vars(one)), _NOTHING)
    if not isinstance(of, type) and not hasattr(type(shared), "__set__"):
        try:
            own: dict[str, object] = object.__getattribute__(of, "__dict__")
        except AttributeError:  # it has slots alone
            own = {}
        shared = own.get(name, shared)
    found = default if shared is _NOTHING else shared
    if found is _NOTHING:
        raise AttributeError(name)
    return found


def _system() -> str:
    """Return the system's name, as `platform.system` does."""
    return {"win32": "Windows", "linux": "Linux", "darwin": "Darwin"}[sys.platform]


def _unused_functions() -> list[str]:
    """Return the names of OpenSSL's functions that *cryptography* lists for other libraries."""
    rust = import_module("cryptography.hazmat.bindings._rust")
    names: list[str] = dir(vars(rust)["_openssl"].lib)
    return [name for name in names if not name.startswith("Cryptography_HAS")]


OPENSSL_NAMES = "cryptography.hazmat.bindings.openssl._conditional"
"""Where *cryptography* says which of OpenSSL's functions it has, before it lists all of them: for
pyOpenSSL, which is not here. A desk has no use for the list, which would take it a megabyte."""

_READY: dict[str, dict[str, Any]] = {
    "inspect": {"get_annotations": _get_annotations, "getattr_static": _getattr_static},
    "platform": {"system": _system},
    "typing_extensions": {
        "get_type_hints": typing.get_type_hints,
        "NotRequired": typing.NotRequired,
        "Required": typing.Required,
    },
    OPENSSL_NAMES: {"CONDITIONAL_NAMES": {"SSL_ERROR_NONE": _unused_functions}},
}
"""What a module answers before it is read: from 3.13 on `dataclasses` asks `inspect` that of each
class, and `typing` of each object that may fit a port; reading `inspect` and `ast` for it would
take a start ten milliseconds, and a desk half a megabyte. The library of X11 and that of
certificates ask which system this is. msgspec asks `typing_extensions` for what Python has since
3.11, which would take a megabyte. Of *cryptography*'s names those are left out whose condition is
0, as SSL_ERROR_NONE is."""
if sys.platform != "win32":
    _READY["platform"]["uname"] = os.uname


def defer(names: Iterable[str]) -> None:
    """Let modules be read at the first use of something in them, and not when they are imported.

    python-stdnum imports `pydoc` and `ssl` for its lookups over the network: nine tenths of the
    time of its import, and two megabytes. `importlib.util.LazyLoader` reads them at the import.
    """
    for name in names:
        if name not in sys.modules:
            _STAND_INS[name] = ModuleType(name)
            _arm(name, _STAND_INS[name])


def put_off(names: Iterable[str]) -> None:
    """Let modules that were deferred, and read since, be read anew at their next use.

    Whoever took a function out of one keeps all of it in memory. To be called while no other thread
    uses them.
    """
    for name in names:
        module = _STAND_INS.get(name)
        if module is not None and sys.modules.get(name) is not module:
            vars(module).clear()
            vars(module).update(vars(ModuleType(name)))
            _arm(name, module)


def _arm(name: str, module: ModuleType) -> None:
    """Have a module read what it stands for when it is asked for something."""

    def first(attribute: str) -> Any:
        """Read the module itself (PEP 562)."""
        if attribute == "__path__" and name in _READY:  # what `from … import` asks first
            raise AttributeError(attribute)
        with _TAKING_OUT:
            if sys.modules.get(name) is module:
                del sys.modules[name]
        found = vars(import_module(name))
        vars(module).update(found)  # before it stops answering, since other threads may ask
        if "__getattr__" not in found:
            vars(module).pop("__getattr__", None)
        return getattr(module, attribute)

    vars(module)["__getattr__"] = first
    vars(module).update(_READY.get(name, {}))
    sys.modules[name] = module
