"""Speaks to the Windows Runtime by the tables of its interfaces.

A wrapper would cost 22 MB; these calls cost nothing worth telling. Sources: Microsoft,
RoGetActivationFactory (roapi.h), IInspectable (inspectable.h), HSTRING (winstring.h), IAsyncInfo
(asyncinfo.h); the places in a table are the order of its methods in the interface's metadata, after
the six of IInspectable.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from agentguard.platforms._one_question import Question
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.component_answers import SILENT, ComponentError
from agentguard.platforms._win32.interface_pointers import InterfacePointer

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

T = TypeVar("T")

_MULTITHREADED = 1  # RO_INIT_MULTITHREADED: results come without a message loop
_QUERY = 0  # IUnknown
_GET_AT, _SIZE = 6, 7  # IVectorView
_STATUS, _ERROR = 7, 8  # IAsyncInfo
_RESULTS = 8  # IAsyncOperation
_STARTED, _COMPLETED = 0, 1  # AsyncStatus
_ASYNC_INFO = "00000036-0000-0000-c000-000000000046"
_LOOK = 0.01  # seconds between two looks at an operation

_RUNTIME = ctypes.WinDLL("combase")
_begin = api.declared(_RUNTIME, "RoInitialize", ctypes.c_int32, ctypes.c_int)
_end = api.declared(_RUNTIME, "RoUninitialize", None)
_factory = api.declared(
    _RUNTIME, "RoGetActivationFactory", ctypes.c_int32, api.VOID, api.VOID,
    ctypes.POINTER(api.VOID),
)  # fmt: skip
_make_text = api.declared(
    _RUNTIME, "WindowsCreateString", ctypes.c_int32, api.TEXT, api.UINT, ctypes.POINTER(api.VOID)
)
_drop_text = api.declared(_RUNTIME, "WindowsDeleteString", ctypes.c_int32, api.VOID)
_buffer = api.declared(
    _RUNTIME, "WindowsGetStringRawBuffer", api.VOID, api.VOID, ctypes.POINTER(api.UINT)
)
_pause = threading.Event()


def _checked(code: int) -> None:
    if code < 0:
        raise ComponentError(code)


@contextmanager
def runtime() -> Iterator[None]:
    """Let this thread speak to the Windows Runtime."""
    begun = _begin(_MULTITHREADED) >= 0
    try:
        yield
    finally:
        if begun:
            _end()


def question(name: str, seconds: float, asked: Callable[[], T]) -> Question[T]:
    """Make a question to the runtime, which is asked in a thread of its own."""
    return Question(name, seconds, asked, silent=lambda: ComponentError(SILENT), around=runtime)


@contextmanager
def _handle(text: str) -> Iterator[int | None]:
    """Have a text as an HSTRING; an empty one is a null pointer."""
    made = api.VOID()
    _checked(_make_text(text, len(text.encode("utf-16-le")) // 2, ctypes.byref(made)))
    try:
        yield made.value
    finally:
        _drop_text(made)


class RuntimeObject(InterfacePointer):
    """An interface of an object; each method is called by its place in the table."""

    def number(self, place: int) -> int:
        """Return a number of 32 bits."""
        told = ctypes.c_int32()
        self.call(place, ctypes.byref(told))
        return told.value

    def long(self, place: int) -> int:
        """Return a number of 64 bits, such as a DateTime."""
        told = ctypes.c_int64()
        self.call(place, ctypes.byref(told))
        return told.value

    def flag(self, place: int, *given: RuntimeObject | str) -> bool:
        """Return a boolean; `given` is what the method takes."""
        told = ctypes.c_ubyte()
        with _given(given) as words:
            self.call(place, *words, ctypes.byref(told))
        return bool(told.value)

    def text(self, place: int) -> str:
        """Return a text."""
        told, length = api.VOID(), api.UINT()
        self.call(place, ctypes.byref(told))
        try:
            start = _buffer(told, ctypes.byref(length))
            return ctypes.string_at(start, length.value * 2).decode("utf-16-le", "replace")
        finally:
            _drop_text(told)

    def object(self, place: int) -> RuntimeObject | None:
        """Return another object; None where there is none."""
        told = api.VOID()
        self.call(place, ctypes.byref(told))
        return RuntimeObject(told.value) if told.value else None

    def each(self) -> Iterator[RuntimeObject]:
        """Yield the objects of an IVectorView."""
        for index in range(self.number(_SIZE)):
            told = api.VOID()
            self.call(_GET_AT, api.UINT(index), ctypes.byref(told))
            if told.value:
                yield RuntimeObject(told.value)

    def as_interface(self, number: str) -> RuntimeObject:
        """Return another interface of the same object."""
        told = api.VOID()
        self.call(_QUERY, uuid.UUID(number).bytes_le, ctypes.byref(told))
        return RuntimeObject(told.value or 0)

    def call(self, place: int, *words: Any) -> None:
        """Call a method.

        Raises:
            ComponentError: it refused, or the object is gone.

        """
        kinds = [ctypes.c_void_p if isinstance(word, bytes) else type(word) for word in words]
        shapes = [_shape(kind) for kind in kinds]
        _checked(self._function(place, *shapes)(self._pointer, *words))


def _shape(kind: Any) -> Any:
    """Return how a word is handed over: numbers as they are, all else as a pointer."""
    return kind if kind in {api.UINT, ctypes.c_int32} else ctypes.c_void_p


@contextmanager
def _given(words: tuple[RuntimeObject | str, ...]) -> Iterator[tuple[int | None, ...]]:
    match words:
        case ():
            yield ()
        case (str() as text,):
            with _handle(text) as handle:
                yield (handle,)
        case _:
            yield tuple(one._pointer for one in words if isinstance(one, RuntimeObject))  # noqa: SLF001 - its own


def factory(name: str, number: str) -> RuntimeObject:
    """Return an interface with the functions of a class that need no object.

    Raises:
        ComponentError: the class is not there, or does not have it.

    """
    made = api.VOID()
    with _handle(name) as handle:
        _checked(_factory(handle, uuid.UUID(number).bytes_le, ctypes.byref(made)))
    return RuntimeObject(made.value or 0)


def finished(operation: RuntimeObject, seconds: float) -> RuntimeObject:
    """Wait for an IAsyncOperation, and return it when its result can be taken.

    Raises:
        ComponentError: it failed, or did not end in time.

    """
    state, end = operation.as_interface(_ASYNC_INFO), time.monotonic() + seconds
    while (status := state.number(_STATUS)) == _STARTED:
        if time.monotonic() > end:
            raise ComponentError(SILENT)
        _pause.wait(_LOOK)
    if status != _COMPLETED:
        raise ComponentError(state.number(_ERROR) or SILENT)
    return operation


def result(operation: RuntimeObject, seconds: float) -> RuntimeObject | None:
    """Return the object that an operation gives."""
    return finished(operation, seconds).object(_RESULTS)


def text_result(operation: RuntimeObject, seconds: float) -> str:
    """Return the text that an operation gives."""
    return finished(operation, seconds).text(_RESULTS)
