"""Whether a document of Office 97 to 2003 is encrypted, and what opens one that everybody can open.

MS-OFFCRYPTO 2.3.5 (RC4 CryptoAPI), 2.3.6 (RC4); where each format says so: MS-DOC 2.5.2 (FibBase),
MS-XLS 2.4.117 (FilePass), MS-PPT 2.3.3 (CurrentUserAtom).
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable

from agentguard.detect.binary.biff_records import BOUNDSHEET, FILEPASS, PLAIN, records
from agentguard.detect.binary.compound_file import Compound, top_names
from agentguard.detect.binary.office_passwords import PASSWORDS
from agentguard.detect.extractor import Source

Key = Callable[[int], bytes]
"""Gives the key of a block of 1,024 bytes by its number."""

_WORD, _BOOKS = "worddocument", ("workbook", "book")
_SLIDES, _USER, _SUMMARY = "powerpoint document", "current user", "encryptedsummary"
_FIB_MARKS = (0xA5EC, 0xA5DC)
_FIB_ENCRYPTED = 0x0100
_USER_TOKEN_AT, _USER_LOCKED = 12, 0xF3D1C4DF
_GLOBALS = 64 << 10
_BLOCK = 1024
_RC4 = 1
_WEAK_BYTES = 5


def needs_password(source: Source) -> bool:
    """Check whether nobody can open it without a password."""
    names = top_names(source)
    if _WORD in names:
        return _is_locked_text(Compound(source).stream(_WORD, most=32) or b"")
    if _SLIDES in names:
        user = Compound(source).stream(_USER, most=32) or b""
        token = int.from_bytes(user[_USER_TOKEN_AT : _USER_TOKEN_AT + 4], "little")
        return token == _USER_LOCKED or _SUMMARY in names
    for name in _BOOKS:
        if name in names:
            locked = file_pass(Compound(source).stream(name, most=_GLOBALS) or b"")
            return locked is not None and default_key(locked) is None
    return False


def _is_locked_text(fib: bytes) -> bool:
    if len(fib) < 12:  # noqa: PLR2004 - up to the flags
        return False
    mark, flags = struct.unpack_from("<H8xH", fib)
    return mark in _FIB_MARKS and bool(flags & _FIB_ENCRYPTED)


def file_pass(book: bytes) -> bytes | None:
    """Return the record that tells how a workbook is encrypted, None when it is not."""
    for number, (kind, _, data) in enumerate(records(book)):
        if kind == FILEPASS:
            return data
        if number > 20 or kind == BOUNDSHEET:  # noqa: PLR2004 - it stands among the first
            break
    return None


def default_key(locked: bytes) -> Key | None:
    """Return the key if the password is the one that Excel fills in by itself, else None."""
    try:
        method, major, minor = struct.unpack_from("<HHH", locked)
        if method != _RC4:
            return None
        password = PASSWORDS[0].encode("utf-16-le")
        if (major, minor) == (1, 1):
            return _rc4(locked[6:], password)
        return _crypto_api(locked[6:], password)
    except struct.error:
        return None


def _rc4(info: bytes, password: bytes) -> Key | None:
    salt, verifier, wanted = struct.unpack_from("<16s16s16s", info)
    first = hashlib.md5(password, usedforsecurity=False).digest()[:_WEAK_BYTES]
    base = hashlib.md5((first + salt) * 16, usedforsecurity=False).digest()[:_WEAK_BYTES]

    def key(block: int) -> bytes:
        return hashlib.md5(base + struct.pack("<I", block), usedforsecurity=False).digest()

    plain = _stream(key(0), verifier + wanted)
    given = hashlib.md5(plain[:16], usedforsecurity=False).digest()
    return key if hmac.compare_digest(given, plain[16:]) else None


def _crypto_api(info: bytes, password: bytes) -> Key | None:
    _, length = struct.unpack_from("<II", info)
    bits = struct.unpack_from("<I", info, 24)[0] or 40
    salt, verifier, wanted = struct.unpack_from("<4x16s16s4x20s", info, 8 + length)
    base = hashlib.sha1(salt + password, usedforsecurity=False).digest()
    size = bits // 8

    def key(block: int) -> bytes:
        digest = hashlib.sha1(base + struct.pack("<I", block), usedforsecurity=False).digest()
        return digest[:size].ljust(16, b"\0") if size == _WEAK_BYTES else digest[:size]

    if size not in range(_WEAK_BYTES, 17):
        return None
    plain = _stream(key(0), verifier + wanted)
    given = hashlib.sha1(plain[:16], usedforsecurity=False).digest()
    return key if hmac.compare_digest(given, plain[16:]) else None


def _stream(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4  # noqa: PLC0415 - dear, rare
    from cryptography.hazmat.primitives.ciphers import Cipher  # noqa: PLC0415 - as above

    return Cipher(ARC4(key), mode=None).decryptor().update(data)


def opened(book: bytes, key: Key) -> bytes:
    """Decrypt a workbook: the heads of records and a few records are plain (MS-XLS 2.2.10)."""
    blocks = range(-(-len(book) // _BLOCK))
    plain = bytearray(
        b"".join(_stream(key(n), book[n * _BLOCK : (n + 1) * _BLOCK]) for n in blocks)
    )
    for kind, start, data in records(book):
        end = start + len(data)
        plain[start - 4 : start] = book[start - 4 : start]
        if kind in PLAIN:
            plain[start:end] = data
        elif kind == BOUNDSHEET:
            plain[start : start + 4] = data[:4]
    return bytes(plain)
