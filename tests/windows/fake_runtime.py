"""Objects of the Windows Runtime, made here table by table, for what Wine does not have.

Their places and types are written down anew from Microsoft's metadata, so that nothing of the
product proves itself.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Mapping
from typing import Any

from agentguard.platforms._win32.runtime_objects import RuntimeObject

PLACES = 20
NOT_MADE = -2147467263  # E_NOTIMPL
POINTER = ctypes.c_void_p
combase = ctypes.WinDLL("combase")
combase.WindowsCreateString.argtypes = (ctypes.c_wchar_p, ctypes.c_uint, POINTER)
combase.WindowsGetStringRawBuffer.restype = ctypes.c_wchar_p
combase.WindowsGetStringRawBuffer.argtypes = (POINTER, POINTER)


class Fake:
    """An object whose methods write through the last pointer that they are given."""

    alive: list[Fake] = []  # noqa: RUF012 - what Windows points at must not go

    def __init__(self, methods: Mapping[int, tuple[tuple[Any, ...], Callable[..., int]]]) -> None:
        self.held = 1
        kinds = {1: ((), self._add), 2: ((), self._give_back), **methods}
        self._calls = [self._call(*kinds.get(place, ((), _not_made))) for place in range(PLACES)]
        self._table = (POINTER * PLACES)(*(ctypes.cast(one, POINTER) for one in self._calls))
        self._object = (POINTER * 1)(ctypes.addressof(self._table))
        Fake.alive.append(self)

    @property
    def pointer(self) -> int:
        return ctypes.addressof(self._object)

    def handed(self) -> RuntimeObject:
        self.held += 1
        return RuntimeObject(self.pointer)

    def _add(self) -> int:
        self.held += 1
        return self.held

    def _give_back(self) -> int:
        self.held -= 1
        return self.held

    def _call(self, kinds: tuple[Any, ...], made: Callable[..., int]) -> Any:
        shape = ctypes.WINFUNCTYPE(ctypes.c_int32, POINTER, *kinds)
        return shape(lambda _this, *words: made(*words))


def _not_made(*_words: object) -> int:
    return NOT_MADE


def gives(kind: Any, value: Callable[[], Any]) -> tuple[tuple[Any, ...], Callable[..., int]]:
    """A property of a kind; one that is None refuses."""

    def write(place: int) -> int:
        told = value()
        if told is None:
            return NOT_MADE
        kind.from_address(place).value = told
        return 0

    return (POINTER,), write


def gives_object(value: Callable[[], Fake | None]) -> tuple[tuple[Any, ...], Callable[..., int]]:
    def write(place: int) -> int:
        told = value()
        POINTER.from_address(place).value = None if told is None else told.handed_pointer()
        return 0

    return (POINTER,), write


def _handed_pointer(self: Fake) -> int:
    self.held += 1
    return self.pointer


Fake.handed_pointer = _handed_pointer


def gives_text(value: str) -> tuple[tuple[Any, ...], Callable[..., int]]:
    def write(place: int) -> int:
        return int(combase.WindowsCreateString(value, len(value.encode("utf-16-le")) // 2, place))

    return (POINTER,), write


def read_text(handle: int | None) -> str:
    return combase.WindowsGetStringRawBuffer(handle, None) if handle else ""


def vector(items: Callable[[], list[Fake]]) -> Fake:
    """An IVectorView of objects."""

    def at(index: int, place: int) -> int:
        POINTER.from_address(place).value = items()[index].handed_pointer()
        return 0

    return Fake({6: ((ctypes.c_uint, POINTER), at), 7: gives(ctypes.c_uint, lambda: len(items()))})


def operation(result: Any, *, status: int = 1, error: int = NOT_MADE) -> Fake:
    """An IAsyncOperation; its IAsyncInfo is another table, as it is in Windows."""
    state = Fake(
        {7: gives(ctypes.c_int32, lambda: status), 8: gives(ctypes.c_int32, lambda: error)}
    )

    def ask(_number: int, place: int) -> int:
        POINTER.from_address(place).value = state.handed_pointer()
        return 0

    return Fake({0: ((POINTER, POINTER), ask), 8: result})


def never() -> Fake:
    """An object whose first method hangs until the program ends."""
    hang = threading.Event()
    return Fake({6: ((POINTER,), lambda _place: int(hang.wait()))})
