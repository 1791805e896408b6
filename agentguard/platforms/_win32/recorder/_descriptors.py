"""Security descriptors: made from SDDL, and read of a folder or of an object of the kernel."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.probes import folders
from agentguard.platforms._win32.recorder._native import Pointer, done, function
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_REVISION = 1  # SDDL_REVISION_1
_LIST = 4  # DACL_SECURITY_INFORMATION
_LONGEST = 65536


class Attributes(ctypes.Structure):
    """`SECURITY_ATTRIBUTES`."""

    _fields_ = (("size", api.DWORD), ("descriptor", api.VOID), ("inherit", api.BOOL))


def mine() -> str:
    """Return the SID of who records.

    Raises:
        Refusal: Windows does not tell it.

    """
    for one in folders.own_sids():
        return one
    raise Refusal(0)


@contextmanager
def descriptor(sddl: str) -> Iterator[ctypes.c_void_p]:
    """Have a descriptor made from its text.

    Raises:
        Refusal: Windows does not take the text.

    """
    make = function(
        "advapi32", "ConvertStringSecurityDescriptorToSecurityDescriptorW", api.BOOL, api.TEXT,
        api.DWORD, Pointer(api.VOID), api.VOID,
    )  # fmt: skip
    made = api.VOID()
    done(make(sddl, _REVISION, ctypes.byref(made), None))
    try:
        yield made
    finally:
        function("kernel32", "LocalFree", api.VOID, api.VOID)(made)


@contextmanager
def attributes(sddl: str) -> Iterator[Attributes]:
    """Have the attributes with which an object is made.

    Raises:
        Refusal: Windows does not take the text.

    """
    with descriptor(sddl) as made:
        yield Attributes(size=ctypes.sizeof(Attributes), descriptor=made.value, inherit=False)


def of_object(handle: int) -> bytes:
    """Return the descriptor of an object of the kernel, as far as its list.

    Raises:
        Refusal: it may not be read.

    """
    ask = function(
        "advapi32", "GetKernelObjectSecurity", api.BOOL, api.HANDLE, api.DWORD, api.VOID, api.DWORD,
        Pointer(api.DWORD),
    )  # fmt: skip
    data, size = ctypes.create_string_buffer(_LONGEST), api.DWORD()
    done(ask(handle, _LIST, data, _LONGEST, ctypes.byref(size)))
    return data.raw[: size.value or _LONGEST]


def of_folder(path: str) -> bytes | None:
    """Return the descriptor of a folder; None when it may not be read."""
    return folders.descriptor(path)
