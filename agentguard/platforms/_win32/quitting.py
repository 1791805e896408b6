"""The sign by which every agent of this computer is told to end, for an upgrade or a removal.

It stands in the registry, where only the system and administrators write and every user may read.
A named object of the kernel, such as an event, belongs to whoever makes it first, and anybody may
make one before the keeper does; nothing can be put into the registry's part of the computer by a
user. The key is gone after a start of the computer, when its milliseconds begin again.

Source: Microsoft's reference of winreg.h and sddl.h.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.access_answers import kept
from agentguard.platforms._win32.described import Security

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

import winreg

LOG = logging.getLogger(__name__)

PLACE = r"Software\AgentGuard-Quit"
AT = "At"
_RIGHTS = "O:BAD:P(A;;KA;;;SY)(A;;KA;;;BA)(A;;KR;;;AU)"  # users may read, and nothing else
_VOLATILE = 1  # REG_OPTION_VOLATILE
_THERE = 2  # REG_OPENED_EXISTING_KEY
_OWNER_AND_LIST = 1 | 4  # OWNER_SECURITY_INFORMATION, DACL_SECURITY_INFORMATION
_LONGEST = 65536
_DENIED = 5  # ERROR_ACCESS_DENIED


_create = api.advanced(
    "RegCreateKeyExW", api.LONG, api.HANDLE, api.TEXT, api.DWORD, api.TEXT, api.DWORD, api.DWORD,
    api.VOID, ctypes.POINTER(api.HANDLE), ctypes.POINTER(api.DWORD),
)  # fmt: skip
_security_of = api.advanced(
    "RegGetKeySecurity", api.LONG, api.HANDLE, api.DWORD, api.VOID, ctypes.POINTER(api.DWORD)
)


def read() -> tuple[bytes | None, object]:
    """Return the sign's security descriptor and what it says; None where there is no sign."""
    try:
        with winreg.OpenKey(
            winreg.HKEY_LOCAL_MACHINE, PLACE, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        ) as key:
            return descriptor(int(key)), winreg.QueryValueEx(key, AT)[0]
    except OSError:
        return None, None


class QuitSign:
    """The sign in the hand of who may set it.

    Raises:
        PlatformError: Windows refused it, because the user is no administrator.

    """

    def __init__(self) -> None:
        with self._held():
            """It can be had."""

    def is_set(self) -> bool:
        """Check whether the agents were told to end."""
        described, _ = read()
        return described is not None and kept(described)

    def set(self) -> None:
        """Tell every agent that has begun by now to end.

        Raises:
            PlatformError: Windows refused it.

        """
        with self._held() as key:
            try:
                winreg.SetValueEx(key, AT, 0, winreg.REG_QWORD, api.tick_count())
            except OSError as error:
                raise PlatformError("Windows refused to end the agents.") from error

    def clear(self) -> None:
        """Let agents begin again."""
        _remove()

    @contextmanager
    def _held(self) -> Iterator[int]:
        """Have the key; one that somebody else has made or may change is made anew."""
        key, there = volatile_key(PLACE)
        if there and not kept(descriptor(key)):
            LOG.warning("the sign that ends agents was somebody else's; it is made anew")
            winreg.CloseKey(key)
            _remove()
            key, _ = volatile_key(PLACE)
        try:
            yield key
        finally:
            winreg.CloseKey(key)


def _remove() -> None:
    with suppress(OSError):
        winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, PLACE, winreg.KEY_WOW64_64KEY, 0)


def descriptor(key: int) -> bytes:
    """Return the owner and list of an open key; empty when they are not told, as nobody's are."""
    data, size = ctypes.create_string_buffer(_LONGEST), api.DWORD(_LONGEST)
    refused = _security_of(key, _OWNER_AND_LIST, data, ctypes.byref(size))
    return b"" if refused else data.raw[: size.value]


def volatile_key(place: str) -> tuple[int, bool]:
    """Return a key of the system's, made unless it is there, and whether it was.

    It is gone after a start of the computer. Whoever gets it closes it.

    Raises:
        PlatformError: Windows refused it, because the user is no administrator.

    """
    key, how = api.HANDLE(), api.DWORD()
    with Security(_RIGHTS) as security:
        rights = winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY
        error = _create(
            winreg.HKEY_LOCAL_MACHINE, place, 0, None, _VOLATILE, rights,
            security, ctypes.byref(key), ctypes.byref(how),
        )  # fmt: skip
    if error == _DENIED:
        raise PlatformError(
            "Only an administrator may end the agents of this computer.",
            "Start the command again as administrator.",
        )
    if error or not key.value:
        raise PlatformError(f"Windows refused the sign that ends agents (error {error}).")
    return key.value, how.value == _THERE
