"""Asks Windows of keys, secrets, Windows Hello, and of who signed our programs."""

from __future__ import annotations

import ctypes
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.hid import KEYS
from agentguard.platforms._win32.recorder._native import Pointer, done, function
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_VERIFY = uuid.UUID("00aac56b-cd44-11d0-8cc2-00c04fc295ee").bytes_le
"""WINTRUST_ACTION_GENERIC_VERIFY_V2."""
_NO_WINDOW, _OF_A_FILE, _NOTHING_REVOKED = 2, 1, 0  # WTD_UI_NONE, WTD_CHOICE_FILE
_VERIFIED, _CLOSED = 1, 2  # WTD_STATEACTION_VERIFY, ..._CLOSE
_OFFLINE = 0x1000  # WTD_CACHE_ONLY_URL_RETRIEVAL
_NO_SIGNATURE = -2146762496  # TRUST_E_NOSIGNATURE
_PROGRAMS = frozenset({".exe", ".dll", ".pyd"})
_NONE_FOUND = 1168  # ERROR_NOT_FOUND
_QUIET = 1  # CRYPTPROTECT_UI_FORBIDDEN


class _File(ctypes.Structure):
    """`WINTRUST_FILE_INFO`."""

    _fields_ = (
        ("size", api.DWORD),
        ("path", api.TEXT),
        ("file", api.HANDLE),
        ("subject", api.VOID),
    )


class _Trust(ctypes.Structure):
    """`WINTRUST_DATA`."""

    _fields_ = (
        ("size", api.DWORD),
        ("policy", api.VOID),
        ("client", api.VOID),
        ("window", api.DWORD),
        ("revocation", api.DWORD),
        ("kind", api.DWORD),
        ("file", ctypes.POINTER(_File)),
        ("action", api.DWORD),
        ("state", api.HANDLE),
        ("url", api.TEXT),
        ("flags", api.DWORD),
        ("context", api.DWORD),
        ("settings", api.VOID),
    )


class _Data(ctypes.Structure):
    """`DATA_BLOB`."""

    _fields_ = (("size", api.DWORD), ("data", api.VOID))


def _version() -> dict[str, object]:
    return {"version": function("webauthn", "WebAuthNGetApiVersionNumber", api.DWORD)()}


def _platform() -> dict[str, object]:
    there = api.BOOL()
    name = "WebAuthNIsUserVerifyingPlatformAuthenticatorAvailable"
    code = function("webauthn", name, ctypes.c_int32, Pointer(api.BOOL))(ctypes.byref(there))
    if code:
        raise Refusal(hresult=code)
    return {"available": bool(there.value)}


def _plugged() -> dict[str, object]:
    found = KEYS.now()
    return {"plugged": None if found is None else len(found)}


def _providers() -> dict[str, object]:
    return {
        "platform": _provider("Microsoft Platform Crypto Provider"),
        "software": _provider("Microsoft Software Key Storage Provider"),
    }


def _provider(name: str) -> int:
    begin = function(
        "ncrypt", "NCryptOpenStorageProvider", ctypes.c_int32, Pointer(api.VOID), api.TEXT,
        api.DWORD,
    )  # fmt: skip
    handle = api.VOID()
    code = begin(ctypes.byref(handle), name, 0)
    if code == 0:
        function("ncrypt", "NCryptFreeObject", ctypes.c_int32, api.VOID)(handle)
    return int(code)


def _protected() -> dict[str, object]:
    """Seal eight bytes of no meaning for this user, and open them again."""
    shape = (Pointer(_Data), api.VOID, api.VOID, api.VOID, api.VOID, api.DWORD, Pointer(_Data))
    seal = function("crypt32", "CryptProtectData", api.BOOL, *shape)
    unseal = function("crypt32", "CryptUnprotectData", api.BOOL, *shape)
    plain = ctypes.create_string_buffer(8)
    given, sealed, opened = _Data(8, ctypes.addressof(plain)), _Data(), _Data()
    done(seal(ctypes.byref(given), None, None, None, None, _QUIET, ctypes.byref(sealed)))
    told = unseal(ctypes.byref(sealed), None, None, None, None, _QUIET, ctypes.byref(opened))
    for each in (sealed, opened):
        function("kernel32", "LocalFree", api.VOID, api.VOID)(each.data)
    return {"sealed": True, "opened": bool(told)}


def _credentials() -> dict[str, object]:
    count, found = api.DWORD(), api.VOID()
    ask = function(
        "advapi32", "CredEnumerateW", api.BOOL, api.TEXT, api.DWORD, Pointer(api.DWORD),
        Pointer(api.VOID),
    )  # fmt: skip
    if ask("AgentGuard*", 0, ctypes.byref(count), ctypes.byref(found)):
        function("advapi32", "CredFree", None, api.VOID)(found)
    elif (code := ctypes.get_last_error()) != _NONE_FOUND:
        raise Refusal(code)
    return {"ours": count.value}


def _signatures() -> dict[str, object]:
    """Verify each program beside this one, without a window and without the network."""
    codes = [_verified(file) for file in _programs()]
    refused = [code for code in codes if code not in {0, _NO_SIGNATURE}]
    return {
        "files": len(codes),
        "signed": codes.count(0),
        "unsigned": codes.count(_NO_SIGNATURE),
        "refused": len(refused),
        "first": refused[0] if refused else 0,
    }


def _programs() -> Iterator[Path]:
    """Yield the programs of an installation; of a checkout only Python's own."""
    here = Path(sys.executable)
    if not getattr(sys, "frozen", False):
        yield here
        return
    for file in sorted(here.parent.rglob("*")):
        if file.suffix.lower() in _PROGRAMS:
            yield file


def _verified(file: Path) -> int:
    ask = function("wintrust", "WinVerifyTrust", ctypes.c_int32, api.HWND, api.VOID, api.VOID)
    named = _File(size=ctypes.sizeof(_File), path=str(file))
    asked = _Trust(
        size=ctypes.sizeof(_Trust),
        window=_NO_WINDOW,
        revocation=_NOTHING_REVOKED,
        kind=_OF_A_FILE,
        file=ctypes.pointer(named),
        action=_VERIFIED,
        flags=_OFFLINE,
    )
    code = ask(None, _VERIFY, ctypes.byref(asked))
    asked.action = _CLOSED
    ask(None, _VERIFY, ctypes.byref(asked))
    return int(code)


CALLS = {
    "hello.version": _version,
    "hello.platform": _platform,
    "hello.keys": _plugged,
    "keys.providers": _providers,
    "keys.protected": _protected,
    "keys.credentials": _credentials,
    "signature.programs": _signatures,
}
