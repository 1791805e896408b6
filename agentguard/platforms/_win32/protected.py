"""Seals bytes for this person on Windows (DPAPI), and keeps secrets in files that are so sealed.

DPAPI seals with a key of the person's password. `entropy` must be given again to open: without it
other programs of the same person that try every sealed file get nothing.
Source: Microsoft's reference of dpapi.h, `CryptProtectData` and `CryptUnprotectData`.
"""

from __future__ import annotations

import ctypes
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agentguard.base import atomic_files
from agentguard.base.errors import SecretError
from agentguard.platforms._secret_time_limit import Limit
from agentguard.platforms._win32 import credentials
from agentguard.platforms._win32.api import BOOL, DWORD, TEXT, VOID, declared, kernel
from agentguard.ports.secrets import Slot

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

BOUND, UNBOUND = "credential-manager", "dpapi"
"""The names of the two places; they are reported."""

_NO_DIALOG = 0x1  # CRYPTPROTECT_UI_FORBIDDEN
_OURS = b"agentguard sealed secret v1"
_HALF = 32  # bytes in Credential Manager


class _Blob(ctypes.Structure):
    """`DATA_BLOB`."""

    _fields_ = (("size", DWORD), ("data", VOID))


_CRYPT = ctypes.WinDLL("crypt32", use_last_error=True)
_protect = declared(_CRYPT, "CryptProtectData", BOOL, VOID, TEXT, VOID, VOID, VOID, DWORD, VOID)
_unprotect = declared(_CRYPT, "CryptUnprotectData", BOOL, VOID, VOID, VOID, VOID, VOID, DWORD, VOID)
_free = kernel("LocalFree", VOID, VOID)


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


class Protected:
    """A place of sealed files; with `bound`, half of what opens them is in Credential Manager."""

    def __init__(self, *, bound: bool) -> None:
        self.name = BOUND if bound else UNBOUND
        self._bound = bound
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
        half = credentials.read(_target(slot), self.name) if self._bound else b""
        if half is None:
            return None
        secret = unseal(data, _entropy(slot, half))
        if secret is None:
            raise SecretError("damaged", self.name)
        return secret

    def _saved(self, slot: Slot, secret: bytes) -> None:
        sealed = seal(secret, _entropy(slot, self._half(slot)))
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
        if self._bound:
            credentials.delete(_target(slot), self.name)

    def _half(self, slot: Slot) -> bytes:
        if not self._bound:
            return b""
        half = credentials.read(_target(slot), self.name)
        if half is None:
            half = secrets.token_bytes(_HALF)
            credentials.write(_target(slot), half, self.name)
        return half

    def _file(self, slot: Slot) -> Path:
        ending = "bound" if self._bound else "sealed"
        return slot.file.with_name(f"{slot.file.name}.{slot.id[:16]}.{ending}")


def _target(slot: Slot) -> str:
    return f"AgentGuard/{slot.file.name}/{slot.id}"


def _entropy(slot: Slot, half: bytes) -> bytes:
    return b"|".join((_OURS, slot.id.encode("ascii"), half))
