"""Speaks to Windows' own components by name (IDispatch), in bounded time.

Source: Microsoft, "IDispatch interface" (oaidl.h) and "VARIANT structure"; the structures are of
oaidl.h and wtypes.h. Answers are copied into plain values at once; an object of Windows never
leaves its thread.
"""

from __future__ import annotations

import ctypes
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import wintypes
from typing import Any, TypeVar

from agentguard.platforms._one_question import Question
from agentguard.platforms._win32 import api, registry
from agentguard.platforms._win32.component_answers import OF_THE_USER, SILENT, ComponentError
from agentguard.platforms._win32.interface_pointers import InterfacePointer

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

T = TypeVar("T")
_ADD, _NAMES, _INVOKE = 1, 5, 6  # places in IDispatch's table
_METHOD_OR_PROPERTY = 1 | 2  # DISPATCH_METHOD, DISPATCH_PROPERTYGET
_PUT = 4  # DISPATCH_PROPERTYPUT
_WHAT_IS_PUT = -3  # DISPID_PROPERTYPUT
_EXCEPTION = -2147352567  # DISP_E_EXCEPTION
_ANYWHERE = 0x1 | 0x4  # CLSCTX_INPROC_SERVER, CLSCTX_LOCAL_SERVER
_APARTMENT = 2  # COINIT_APARTMENTTHREADED
_DISPATCH = uuid.UUID("00020400-0000-0000-c000-000000000046").bytes_le
_NULL_ID = bytes(16)
_I4, _BSTR, _OBJECT, _BOOL = 3, 8, 9, 11  # VARTYPE
_AT_ONCE = 0x10  # wbemFlagReturnImmediately, what ExecQuery does if nothing is said
_NO_SUCH = frozenset({-2147352570, -2147217406})  # DISP_E_UNKNOWNNAME, WBEM_E_NOT_FOUND
_CLASSES = r"Software\Classes"
_BEHIND = {
    "WbemScripting.SWbemLocator": (
        "4590f811-1d3a-11d0-891f-00aa004b2e24",
        "674b6698-ee92-11d0-ad71-00c04fd8fdff",
    )
}
"""Classes that a component makes itself in our program: WbemLocator and WbemContext (wbemcli.h)."""
_WHOLE = {
    2: "i2",
    3: "i4",
    16: "i1",
    17: "u1",
    18: "u2",
    19: "u4",
    20: "i8",
    21: "u8",
    22: "i4",
    23: "u4",
}
_REAL = {5: "r8", 7: "r8"}  # VT_DATE counts days
_OLE, _AUTOMATION = ctypes.WinDLL("ole32"), ctypes.WinDLL("oleaut32")
_begin = api.declared(_OLE, "CoInitializeEx", ctypes.c_int32, api.VOID, api.DWORD)
_end = api.declared(_OLE, "CoUninitialize", None)
_class_of = api.declared(_OLE, "CLSIDFromProgID", ctypes.c_int32, api.TEXT, api.VOID)
_create = api.declared(
    _OLE, "CoCreateInstance", ctypes.c_int32, api.VOID, api.VOID, api.DWORD, api.VOID,
    ctypes.POINTER(api.VOID),
)  # fmt: skip
_string = api.declared(_AUTOMATION, "SysAllocString", api.VOID, api.TEXT)
_free_string = api.declared(_AUTOMATION, "SysFreeString", None, api.VOID)


class Value(ctypes.Union):
    _fields_ = (
        ("i1", ctypes.c_int8), ("u1", ctypes.c_uint8), ("i2", ctypes.c_int16),
        ("u2", ctypes.c_uint16), ("i4", ctypes.c_int32), ("u4", ctypes.c_uint32),
        ("i8", ctypes.c_int64), ("u8", ctypes.c_uint64), ("r8", ctypes.c_double),
        ("text", ctypes.c_wchar_p), ("pointer", ctypes.c_void_p), ("pair", ctypes.c_void_p * 2),
    )  # fmt: skip


class Variant(ctypes.Structure):
    """`VARIANT`."""

    _fields_ = (("kind", ctypes.c_ushort), ("reserved", ctypes.c_ushort * 3), ("value", Value))


class Arguments(ctypes.Structure):
    """`DISPPARAMS`."""

    _fields_ = (
        ("values", ctypes.POINTER(Variant)),
        ("names", ctypes.c_void_p),
        ("count", wintypes.UINT),
        ("named", wintypes.UINT),
    )


class Problem(ctypes.Structure):
    """`EXCEPINFO`."""

    _fields_ = (
        ("codes", ctypes.c_ushort * 2),
        ("texts", ctypes.c_void_p * 3),
        ("help", wintypes.DWORD),
        ("rest", ctypes.c_void_p * 2),
        ("code", ctypes.c_int32),
    )


_clear = api.declared(_AUTOMATION, "VariantClear", ctypes.c_int32, ctypes.POINTER(Variant))


class Component(InterfacePointer):
    """An object of Windows; `get` reads a property or calls a method by its name."""

    def get(self, name: str, *arguments: object) -> Any:
        """Return a property or a method's answer: a plain value, None, or another Component.

        Raises:
            ComponentError: Windows refused.

        """
        return _plain(self._invoke(name, _METHOD_OR_PROPERTY, arguments))

    def put(self, name: str, *, value: object) -> None:
        """Set a property.

        Raises:
            ComponentError: Windows refused.

        """
        self._invoke(name, _PUT, (value,))

    def _invoke(self, name: str, flags: int, arguments: tuple[object, ...]) -> Variant:
        given = (Variant * len(arguments))(*map(_variant, reversed(arguments)))
        told, problem = Variant(), Problem()
        which = ctypes.c_int32(_WHAT_IS_PUT)
        packed = Arguments(values=given, count=len(arguments))
        if flags == _PUT:
            packed.names, packed.named = ctypes.addressof(which), 1
        try:
            code = self._function(_INVOKE, wintypes.LONG, api.VOID, wintypes.DWORD, wintypes.WORD,
                                  api.VOID, api.VOID, api.VOID, api.VOID)(
                self._pointer, self._number(name), _NULL_ID, 0, flags,
                ctypes.byref(packed), ctypes.byref(told), ctypes.byref(problem), None,
            )  # fmt: skip
        finally:
            for each in given:
                _clear(ctypes.byref(each))
        _forget(problem)
        _checked(problem.code if code == _EXCEPTION and problem.code else code)
        return told

    def lent(self) -> int:
        """Return the object with one reference more, for whoever takes it and gives it back."""
        self._function(_ADD, at=self._pointer)(self._pointer)
        return self._pointer

    def _number(self, name: str) -> int:
        number, names = wintypes.LONG(), (ctypes.c_wchar_p * 1)(name)
        asked = self._function(_NAMES, api.VOID, api.VOID, wintypes.UINT, wintypes.DWORD, api.VOID)
        _checked(asked(self._pointer, _NULL_ID, names, 1, 0, ctypes.byref(number)))
        return number.value


def _variant(value: object) -> Variant:
    if isinstance(value, Component):
        return Variant(kind=_OBJECT, value=Value(pointer=value.lent()))
    if isinstance(value, bool):
        return Variant(kind=_BOOL, value=Value(i2=-int(value)))
    if isinstance(value, int):
        return Variant(kind=_I4, value=Value(i4=value))
    return Variant(kind=_BSTR, value=Value(pointer=_string(str(value))))


def _plain(told: Variant) -> Any:
    """Copy an answer; an object's reference goes over to its Component."""
    if told.kind == _OBJECT:
        return Component(told.value.pointer) if told.value.pointer else None
    try:
        if told.kind == _BOOL:
            return told.value.i2 != 0
        if told.kind == _BSTR:
            return told.value.text or ""
        name = _WHOLE.get(told.kind) or _REAL.get(told.kind)
        return getattr(told.value, name) if name else None
    finally:
        _clear(ctypes.byref(told))


def _forget(problem: Problem) -> None:
    for text in problem.texts:
        _free_string(text)


def _checked(code: int) -> None:
    if code < 0:
        raise ComponentError(code)


def create(name: str) -> Component:
    """Make an object by its ProgID.

    Raises:
        ComponentError: it is not there, or refuses.

    """
    class_id, pointer = ctypes.create_string_buffer(16), api.VOID()
    _checked(_class_of(name, class_id))
    if _replaced(name, class_id.raw):
        raise ComponentError(OF_THE_USER)
    _checked(_create(class_id, None, _ANYWHERE, _DISPATCH, ctypes.byref(pointer)))
    return Component(pointer.value or 0)


def _replaced(name: str, class_id: bytes) -> bool:
    """Check whether this user has a class of the same name or number, which COM would prefer.

    It would run in this program (Microsoft, "Merged View of HKEY_CLASSES_ROOT").
    """
    numbers = (str(uuid.UUID(bytes_le=class_id)), *_BEHIND.get(name, ()))
    paths = (name, *(rf"CLSID\{{{number}}}" for number in numbers))
    return any(registry.there(registry.USER, rf"{_CLASSES}\{path}") for path in paths)


def rows(
    space: str, wql: str, *names: str, context: tuple[str, str] | None = None
) -> tuple[dict[str, object], ...]:
    """Ask WMI; the properties are named, since not every provider can list its own.

    One that the class does not have is None. `context` is a name and a value for the provider.

    Raises:
        ComponentError: the namespace is not there, or may not be asked.

    """
    services = create("WbemScripting.SWbemLocator").get("ConnectServer", ".", space)
    if context is None:
        found = services.get("ExecQuery", wql)
    else:
        told = create("WbemScripting.SWbemNamedValueSet")
        told.get("Add", *context)
        found = services.get("ExecQuery", wql, "WQL", _AT_ONCE, told)
    return tuple(
        {name: _property(one, name) for name in names}
        for one in (found.get("ItemIndex", index) for index in range(found.get("Count")))
    )


def _property(row: Component, name: str) -> Any:
    try:
        return row.get(name)
    except ComponentError as problem:
        if problem.code not in _NO_SUCH:
            raise
        return None


@contextmanager
def apartment() -> Iterator[None]:
    """Let this thread speak to components."""
    _begin(None, _APARTMENT)
    try:
        yield
    finally:
        _end()


def question(name: str, seconds: float, asked: Callable[[], T]) -> Question[T]:
    """Make a question to components, which is asked in a thread of its own and never twice at once.

    A refusal, and an answer that does not come, is a ComponentError.
    """
    return Question(name, seconds, asked, silent=lambda: ComponentError(SILENT), around=apartment)
