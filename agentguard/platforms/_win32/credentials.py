"""What versions before put into Windows' Credential Manager: it is read, and removed.

Any program of the same person can read it, and nobody else can remove it.
Source: Microsoft's reference of wincred.h.
"""

from __future__ import annotations

import ctypes
import sys

from agentguard.base.errors import SecretError
from agentguard.platforms._win32.api import BOOL, DWORD, TEXT, VOID, advanced

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_GENERIC = 1  # CRED_TYPE_GENERIC
_NOT_FOUND = 1168  # ERROR_NOT_FOUND
_NO_SUCH_LOGON_SESSION = 1312  # also where a policy forbids to store credentials


class _Credential(ctypes.Structure):
    """`CREDENTIALW`."""

    _fields_ = (
        ("flags", DWORD),
        ("type", DWORD),
        ("target", ctypes.c_wchar_p),
        ("comment", ctypes.c_wchar_p),
        ("written", ctypes.c_uint64),
        ("size", DWORD),
        ("blob", VOID),
        ("persist", DWORD),
        ("attribute_count", DWORD),
        ("attributes", VOID),
        ("alias", ctypes.c_wchar_p),
        ("user", ctypes.c_wchar_p),
    )


_read = advanced("CredReadW", BOOL, TEXT, DWORD, DWORD, VOID)
_delete = advanced("CredDeleteW", BOOL, TEXT, DWORD, DWORD)
_free = advanced("CredFree", None, VOID)


def read(target: str, place: str) -> bytes | None:
    """Return what is kept under `target`, None when nothing is. Raises SecretError."""
    found = ctypes.POINTER(_Credential)()
    if not _read(target, _GENERIC, 0, ctypes.byref(found)):
        if ctypes.get_last_error() == _NOT_FOUND:
            return None
        raise _refused(place)
    try:
        return ctypes.string_at(found.contents.blob, found.contents.size)
    finally:
        _free(found)


def delete(target: str, place: str) -> None:
    """Remove what is kept under `target`, if anything is. Raises SecretError."""
    if not _delete(target, _GENERIC, 0) and ctypes.get_last_error() != _NOT_FOUND:
        raise _refused(place)


def _refused(place: str) -> SecretError:
    absent = ctypes.get_last_error() == _NO_SUCH_LOGON_SESSION
    return SecretError("absent" if absent else "denied", place)
