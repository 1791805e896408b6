"""Objects of the Windows Runtime by their tables of functions; a package for it costs 22 MB."""

from __future__ import annotations

import ctypes
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.recorder._native import Pointer, agreed, function

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_QUERY, _RELEASE = 0, 2  # places in IUnknown's table


class Thing:
    """A pointer to an interface."""

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer

    def call(self, place: int, *arguments: Any, types: tuple[Any, ...] = ()) -> int:
        """Call a function of its table; return its HRESULT."""
        table = ctypes.cast(self._pointer, Pointer(Pointer(ctypes.c_void_p)))
        shape = ctypes.WINFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, *types)
        return int(shape(table[0][place])(self._pointer, *arguments))

    def flag(self, place: int) -> bool:
        """Return a property that is a boolean.

        Raises:
            Refusal: it is not told.

        """
        value = ctypes.c_ubyte()
        agreed(self.call(place, ctypes.byref(value), types=(api.VOID,)))
        return bool(value.value)

    def number(self, place: int) -> int:
        """Return a property that is a number.

        Raises:
            Refusal: it is not told.

        """
        value = ctypes.c_int32()
        agreed(self.call(place, ctypes.byref(value), types=(api.VOID,)))
        return value.value

    @contextmanager
    def thing(self, place: int, *arguments: Any, types: tuple[Any, ...] = ()) -> Iterator[Thing]:
        """Have the object that a function gives; one without a pointer is there and empty.

        Raises:
            Refusal: it is not given.

        """
        found = api.VOID()
        agreed(self.call(place, *arguments, ctypes.byref(found), types=(*types, api.VOID)))
        with _released(Thing(found.value or 0)) as thing:
            yield thing

    @contextmanager
    def other(self, interface: str) -> Iterator[Thing]:
        """Have another interface of the same object.

        Raises:
            Refusal: it has not this one.

        """
        found, wanted = api.VOID(), uuid.UUID(interface).bytes_le
        agreed(self.call(_QUERY, wanted, ctypes.byref(found), types=(api.VOID, api.VOID)))
        with _released(Thing(found.value or 0)) as thing:
            yield thing

    def __bool__(self) -> bool:
        """Check whether there is an object."""
        return bool(self._pointer)

    def release(self) -> None:
        """Hand it back."""
        if self._pointer:
            self.call(_RELEASE)


@contextmanager
def _released(thing: Thing) -> Iterator[Thing]:
    try:
        yield thing
    finally:
        with suppress(OSError):
            thing.release()


@contextmanager
def _named(name: str) -> Iterator[ctypes.c_void_p]:
    create = function(
        "combase", "WindowsCreateString", ctypes.c_int32, api.TEXT, api.UINT, Pointer(api.VOID)
    )
    text = api.VOID()
    agreed(create(name, len(name), ctypes.byref(text)))
    try:
        yield text
    finally:
        function("combase", "WindowsDeleteString", ctypes.c_int32, api.VOID)(text)


@contextmanager
def factory(name: str, interface: str) -> Iterator[Thing]:
    """Have the factory of a class of the Windows Runtime.

    Raises:
        Refusal: this Windows has it not.

    """
    get = function(
        "combase", "RoGetActivationFactory", ctypes.c_int32, api.VOID, api.VOID, Pointer(api.VOID)
    )
    found = api.VOID()
    with _named(name) as text:
        agreed(get(text, uuid.UUID(interface).bytes_le, ctypes.byref(found)))
    with _released(Thing(found.value or 0)) as thing:
        yield thing


@contextmanager
def made(name: str) -> Iterator[Thing]:
    """Have a new object of a class of the Windows Runtime.

    Raises:
        Refusal: this Windows has it not.

    """
    create = function("combase", "RoActivateInstance", ctypes.c_int32, api.VOID, Pointer(api.VOID))
    found = api.VOID()
    with _named(name) as text:
        agreed(create(text, ctypes.byref(found)))
    with _released(Thing(found.value or 0)) as thing:
        yield thing
