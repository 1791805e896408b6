"""Who signed a program, and its version, as its file says: as much as its name, and no proof.

Source: Microsoft, CryptQueryObject, CryptMsgGetParam and CertGetNameString (wincrypt.h),
GetFileVersionInfoW, VerQueryValueW and VS_FIXEDFILEINFO. Whether the signature holds is not asked,
since that may take the network. A lie draws suspicion where remote tools are looked for; the vendor
register believes it as it believes a name, and says so.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from agentguard.platforms._win32 import api

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

KEPT = 4096
"""Files whose signers are remembered, by their size and the time of their last change."""
_FILE, _EMBEDDED, _BINARY = 1, 1 << 10, 1 << 1
# CERT_QUERY_OBJECT_FILE, ..._CONTENT_FLAG_PKCS7_SIGNED_EMBED, ..._FORMAT_FLAG_BINARY
_SIGNER = 7  # CMSG_SIGNER_CERT_INFO_PARAM
_SUBJECT = 11 << 16  # CERT_FIND_SUBJECT_CERT
_DISPLAY = 4  # CERT_NAME_SIMPLE_DISPLAY_TYPE
_LONGEST = 256
_CRYPT = ctypes.WinDLL("crypt32", use_last_error=True)
_query = api.declared(
    _CRYPT, "CryptQueryObject", api.BOOL, api.DWORD, api.TEXT, *(api.DWORD,) * 3,
    *(ctypes.POINTER(api.DWORD),) * 3, *(ctypes.POINTER(api.VOID),) * 2, api.VOID,
)  # fmt: skip
_param = api.declared(
    _CRYPT, "CryptMsgGetParam", api.BOOL, api.VOID, api.DWORD, api.DWORD, api.VOID,
    ctypes.POINTER(api.DWORD),
)  # fmt: skip
_find = api.declared(
    _CRYPT, "CertFindCertificateInStore", api.VOID, api.VOID, *(api.DWORD,) * 3, api.VOID, api.VOID
)
_name = api.declared(
    _CRYPT, "CertGetNameStringW", api.DWORD, api.VOID, api.DWORD, api.DWORD, api.VOID, api.VOID,
    api.DWORD,
)  # fmt: skip
_free = api.declared(_CRYPT, "CertFreeCertificateContext", api.BOOL, api.VOID)
_close_store = api.declared(_CRYPT, "CertCloseStore", api.BOOL, api.VOID, api.DWORD)
_close_message = api.declared(_CRYPT, "CryptMsgClose", api.BOOL, api.VOID)
_LONGEST_VERSION = 1 << 20
_SIGNATURE = 0xFEEF04BD
_VERSIONS = ctypes.WinDLL("version", use_last_error=True)
_version_size = api.declared(_VERSIONS, "GetFileVersionInfoSizeW", api.DWORD, api.TEXT, api.VOID)
_read_version = api.declared(
    _VERSIONS, "GetFileVersionInfoW", api.BOOL, api.TEXT, api.DWORD, api.DWORD, api.VOID
)
_version_value = api.declared(
    _VERSIONS, "VerQueryValueW", api.BOOL, api.VOID, api.TEXT, ctypes.POINTER(api.VOID),
    ctypes.POINTER(api.UINT),
)  # fmt: skip


def signer(path: str) -> str:
    """Return the name in the certificate that a file was signed with; empty for none."""
    encoding, content, form = api.DWORD(), api.DWORD(), api.DWORD()
    store, message = api.VOID(), api.VOID()
    if not _query(
        _FILE, path, _EMBEDDED, _BINARY, 0, ctypes.byref(encoding), ctypes.byref(content),
        ctypes.byref(form), ctypes.byref(store), ctypes.byref(message), None,
    ):  # fmt: skip
        return ""
    try:
        return _named(store, message, encoding.value)
    finally:
        _close_message(message)
        _close_store(store, 0)


def _named(store: ctypes.c_void_p, message: ctypes.c_void_p, encoding: int) -> str:
    size = api.DWORD()
    if not _param(message, _SIGNER, 0, None, ctypes.byref(size)):
        return ""
    wanted = ctypes.create_string_buffer(size.value)
    if not _param(message, _SIGNER, 0, wanted, ctypes.byref(size)):
        return ""
    found = _find(store, encoding, 0, _SUBJECT, wanted, None)
    if not found:
        return ""
    try:
        text = ctypes.create_unicode_buffer(_LONGEST)
        _name(found, _DISPLAY, 0, None, text, _LONGEST)
        return text.value
    finally:
        _free(found)


class Signers:
    """Remembers who signed the files that were asked for."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], str] = {}

    def of(self, path: str) -> str:
        """Return the signer of a file; empty for one that may not be read."""
        try:
            status = Path(path).stat()
        except OSError:
            return ""
        key = (path, status.st_size, status.st_mtime_ns)
        if key not in self._known:
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[key] = signer(path)
        return self._known[key]


def version(path: str) -> str:
    """Return the version of a file, as 1.2.3.4; empty where it has none or may not be read."""
    size = _version_size(path, None)
    if not 0 < size <= _LONGEST_VERSION:
        return ""
    data = ctypes.create_string_buffer(size)
    found, length = api.VOID(), api.UINT()
    if not _read_version(path, 0, size, data) or not _version_value(
        data, "\\", ctypes.byref(found), ctypes.byref(length)
    ):
        return ""
    if length.value < 4 * ctypes.sizeof(api.DWORD):
        return ""
    numbers = ctypes.cast(found, ctypes.POINTER(api.DWORD))
    if numbers[0] != _SIGNATURE:
        return ""
    high, low = numbers[2], numbers[3]
    return ".".join(str(one) for one in (high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF))
