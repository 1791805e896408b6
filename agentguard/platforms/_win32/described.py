"""Security attributes made of a text, for what a program makes: nobody inherits its handle.

Source: Microsoft's reference of sddl.h and minwinbase.h (SECURITY_ATTRIBUTES).
"""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_FIRST_REVISION = 1  # SDDL_REVISION_1


class _Attributes(ctypes.Structure):
    """`SECURITY_ATTRIBUTES`."""

    _fields_ = (("size", api.DWORD), ("descriptor", ctypes.c_void_p), ("inherit", api.BOOL))


_free = api.kernel("LocalFree", api.VOID, api.VOID)
_described = api.advanced(
    "ConvertStringSecurityDescriptorToSecurityDescriptorW",
    api.BOOL, api.TEXT, api.DWORD, ctypes.POINTER(ctypes.c_void_p), api.VOID,
)  # fmt: skip


def descriptor(attributes: int) -> int:
    """Return the address of the descriptor in attributes at an address."""
    return _Attributes.from_address(attributes).descriptor or 0


class Security:
    """The address of attributes, while the block lasts.

    Raises:
        PlatformError: the text is no descriptor.

    """

    def __init__(self, text: str) -> None:
        self._made = _Attributes(size=ctypes.sizeof(_Attributes), inherit=False)
        descriptor = ctypes.c_void_p()
        if not _described(text, _FIRST_REVISION, ctypes.byref(descriptor), None):
            raise api.refused("a security descriptor")
        self._made.descriptor = descriptor.value

    def __enter__(self) -> int:
        """Return the address."""
        return ctypes.addressof(self._made)

    def __exit__(self, *_: object) -> None:
        """Free the descriptor."""
        _free(self._made.descriptor)
