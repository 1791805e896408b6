"""The structures in which Windows' components take and give values (oaidl.h, wtypes.h)."""

from __future__ import annotations

import ctypes
from ctypes import wintypes


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
