"""Seals bytes for this person on Windows (DPAPI), and keeps secrets in files that are so sealed.

DPAPI seals with a key of the person's password. `entropy` must be given again to open: without it
other programs of the same person that try every sealed file get nothing. What versions before put
into Windows' Credential Manager is read, and removed: any program of the same person can read it,
and nobody else can remove it.

Source: Microsoft's reference of dpapi.h, `CryptProtectData` and `CryptUnprotectData`, and of
wincred.h.
"""

from __future__ import annotations

import ctypes
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from agentguard.base import atomic_files, paths
from agentguard.base.errors import SecretError
from agentguard.platforms._secret_time_limit import Limit
from agentguard.platforms._win32.api import BOOL, DWORD, TEXT, VOID, advanced, declared, kernel
from agentguard.ports.secrets import Slot

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_GENERIC = 1  # CRED_TYPE_GENERIC
_NOT_FOUND = 1168  # ERROR_NOT_FOUND
_NO_SUCH_LOGON_SESSION = 1312  # also where a policy forbids to store credentials
_read_credential = advanced("CredReadW", BOOL, TEXT, DWORD, DWORD, VOID)
_delete_credential = advanced("CredDeleteW", BOOL, TEXT, DWORD, DWORD)
_free_credential = advanced("CredFree", None, VOID)
BOUND, UNBOUND, FORMER = "dpapi-apart", "dpapi", "credential-manager"
"""The names of the places; they are reported."""
_NO_DIALOG = 0x1  # CRYPTPROTECT_UI_FORBIDDEN
_OURS = b"agentguard sealed secret v1"
_HALF = 32  # bytes
_CRYPT = ctypes.WinDLL("crypt32", use_last_error=True)
_protect = declared(_CRYPT, "CryptProtectData", BOOL, VOID, TEXT, VOID, VOID, VOID, DWORD, VOID)
_unprotect = declared(_CRYPT, "CryptUnprotectData", BOOL, VOID, VOID, VOID, VOID, VOID, DWORD, VOID)
_free = kernel("LocalFree", VOID, VOID)


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


def credential(target: str, place: str) -> bytes | None:
    """Return what is kept under `target`, None when nothing is. Raises SecretError."""
    found = ctypes.POINTER(_Credential)()
    if not _read_credential(target, _GENERIC, 0, ctypes.byref(found)):
        if ctypes.get_last_error() == _NOT_FOUND:
            return None
        raise _refused(place)
    try:
        return ctypes.string_at(found.contents.blob, found.contents.size)
    finally:
        _free_credential(found)


def delete_credential(target: str, place: str) -> None:
    """Remove what is kept under `target`, if anything is. Raises SecretError."""
    if not _delete_credential(target, _GENERIC, 0) and ctypes.get_last_error() != _NOT_FOUND:
        raise _refused(place)


def _refused(place: str) -> SecretError:
    absent = ctypes.get_last_error() == _NO_SUCH_LOGON_SESSION
    return SecretError("absent" if absent else "denied", place)


class _Blob(ctypes.Structure):
    """`DATA_BLOB`."""

    _fields_ = (("size", DWORD), ("data", VOID))


def seal(data: bytes, entropy: bytes) -> bytes | None:
    """Seal for this person; None when Windows refuses."""
    return _called(_protect, data, entropy)


def unseal(data: bytes, entropy: bytes) -> bytes | None:
    """Open what was sealed by this person with the same entropy; None when it does not open."""
    return _called(_unprotect, data, entropy)


def _called(function: Callable[..., Any], data: bytes, entropy: bytes) -> bytes | None:
    given, more, result = _blob(data), _blob(entropy), _Blob()
    named = (ctypes.byref(given), None, ctypes.byref(more), None, None, _NO_DIALOG)
    if not function(*named, ctypes.byref(result)):
        return None
    try:
        return ctypes.string_at(result.data, result.size)
    finally:
        ctypes.memset(result.data, 0, result.size)
        _free(result.data)


def _blob(data: bytes) -> _Blob:
    made = _Blob(size=len(data))
    made.kept = ctypes.create_string_buffer(data, len(data))  # lives as long as the blob
    made.data = ctypes.addressof(made.kept)
    return made


class Half(Protocol):
    """Half of what opens a sealed file, kept apart from it. Every method may raise SecretError."""

    def read(self, slot: Slot) -> bytes | None:
        """Return it; None when there is none."""
        ...

    def make(self, slot: Slot) -> bytes:
        """Keep a new one and return it."""
        ...

    def forget(self, slot: Slot) -> None:
        """Remove it, if it is there."""
        ...


class Apart:
    """A half in a sealed file of a folder beside that of the data: a copy of one opens nothing.

    The folder is where the data's lies, so that it roams as little, and a removal of AgentGuard
    takes it away for every person.
    """

    def read(self, slot: Slot) -> bytes | None:
        """Return it; None when there is none."""
        try:
            data = _half(slot).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretError("denied", BOUND) from error
        half = unseal(data, _entropy(slot, b""))
        if half is None:
            raise SecretError("damaged", BOUND)
        return half

    def make(self, slot: Slot) -> bytes:
        """Keep a new one and return it."""
        half = secrets.token_bytes(_HALF)
        sealed = seal(half, _entropy(slot, b""))
        if sealed is None:
            raise SecretError("denied", BOUND)
        try:
            atomic_files.make_folder(_half(slot).parent)
            atomic_files.write(_half(slot), sealed)
        except OSError as error:
            raise SecretError("denied", BOUND) from error
        return half

    def forget(self, slot: Slot) -> None:
        """Remove it, and the folder with the last."""
        try:
            _half(slot).unlink(missing_ok=True)
        except OSError as error:
            raise SecretError("denied", BOUND) from error
        with suppress(OSError):
            _half(slot).parent.rmdir()


class InCredentialManager:
    """A half where versions before put it: it is read and removed, and none is made any more.

    Nobody but its person can remove it, so that a removal of AgentGuard left it there.
    """

    def read(self, slot: Slot) -> bytes | None:
        """Return it; None when there is none."""
        return credential(_target(slot), FORMER)

    def make(self, slot: Slot) -> bytes:
        """Refuse."""
        del slot
        raise SecretError("former", FORMER)

    def forget(self, slot: Slot) -> None:
        """Remove it."""
        delete_credential(_target(slot), FORMER)


class Protected:
    """A place of sealed files, whose names end in `ending`; `half` is kept apart from them."""

    def __init__(self, name: str, ending: str, half: Half | None = None) -> None:
        self.name = name
        self._ending = ending
        self._apart = half
        self._limit = Limit(self.name)

    def load(self, slot: Slot, *, sure: bool = False) -> bytes | None:
        """Return the secret; None when there is no sealed file, or no half that belongs to it.

        Raises:
            SecretError: Windows refuses or does not answer, or the file does not open.

        """
        del sure
        return self._limit.ask(lambda: self._loaded(slot))

    def save(self, slot: Slot, secret: bytes) -> None:
        """Keep the secret in a sealed file. Raises SecretError."""
        self._limit.ask(lambda: self._saved(slot, secret))

    def forget(self, slot: Slot) -> None:
        """Remove the sealed file and its half. Raises SecretError."""
        self._limit.ask(lambda: self._forgotten(slot))

    def _loaded(self, slot: Slot) -> bytes | None:
        try:
            data = self._file(slot).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretError("denied", self.name) from error
        half = self._apart.read(slot) if self._apart else b""
        if half is None:
            return None
        secret = unseal(data, _entropy(slot, half))
        if secret is None:
            raise SecretError("damaged", self.name)
        return secret

    def _saved(self, slot: Slot, secret: bytes) -> None:
        half = (self._apart.read(slot) or self._apart.make(slot)) if self._apart else b""
        sealed = seal(secret, _entropy(slot, half))
        if sealed is None:
            raise SecretError("denied", self.name)
        try:
            atomic_files.write(self._file(slot), sealed)
        except OSError as error:
            raise SecretError("denied", self.name) from error

    def _forgotten(self, slot: Slot) -> None:
        try:
            self._file(slot).unlink(missing_ok=True)
        except OSError as error:
            raise SecretError("denied", self.name) from error
        if self._apart:
            self._apart.forget(slot)

    def _file(self, slot: Slot) -> Path:
        return slot.file.with_name(f"{slot.file.name}.{slot.id[:16]}.{self._ending}")


def bound() -> Protected:
    """Return the place for what is this computer's: what opens it lies in two folders."""
    return Protected(BOUND, "apart", Apart())


def unbound() -> Protected:
    """Return the place for what goes where its files go."""
    return Protected(UNBOUND, "sealed")


def former() -> Protected:
    """Return the place of versions before; what lies there moves on."""
    return Protected(FORMER, "bound", InCredentialManager())


def _half(slot: Slot) -> Path:
    folder = slot.file.parent
    return folder.with_name(f"{folder.name}{paths.APART}") / f"{slot.file.name}.{slot.id[:16]}.half"


def _target(slot: Slot) -> str:
    return f"AgentGuard/{slot.file.name}/{slot.id}"


def _entropy(slot: Slot, half: bytes) -> bytes:
    return b"|".join((_OURS, slot.id.encode("ascii"), half))
