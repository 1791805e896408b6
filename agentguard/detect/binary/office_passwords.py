"""Office documents whose password everybody has: Excel and PowerPoint fill it in by themselves.

MS-OFFCRYPTO 2.3.4 (standard and agile encryption); the passwords are those that Office uses for
documents which are "encrypted" without one (MS-OFFCRYPTO 2.4.2.3).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise

from agentguard.base.errors import ScanError
from agentguard.detect.lexicon.lazy_pattern import later

PASSWORDS = ("VelvetSweatshop", "/01Hannes Ruescher/01")
MOST_SPINS = 1_000_000
"""Rounds of hashing that are tried, about a second; Office itself uses 100,000."""

Open = Callable[[bytes], bytes]
"""Decrypts the stream EncryptedPackage."""

_SIZE = 8
_STANDARD_SPINS = 50_000
_STANDARD_HEADER = 8
_AES_IDS = frozenset((0x660E, 0x660F, 0x6610))
_VERIFIER_INPUT = bytes.fromhex("fea7d2763b4b9e79")
_VERIFIER_VALUE = bytes.fromhex("d7aa0f6d3061344e")
_KEY_VALUE = bytes.fromhex("146e0be7abacd0d6")
_SEGMENT = 4096
_BLOCK, _KEY_BITS = 16, (128, 192, 256)
_HASHES = {"SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
_ATTRIBUTE = later(r'(\w+)="([^"]*)"')
_UNKNOWN = "reason.unsupported"


@lru_cache(maxsize=1)
def default_key(info: bytes) -> Open | None:
    """Return what opens a package without asking anybody, None when it needs a real password.

    Raises:
        ScanError: the kind of encryption is not known, or costs too much to try.

    """
    try:
        version = struct.unpack_from("<HH", info)
        make = _agile if version == (4, 4) else _standard
        keys = (make(info, password.encode("utf-16-le")) for password in PASSWORDS)
        return next((key for key in keys if key is not None), None)
    except (struct.error, KeyError, ValueError) as error:
        raise ScanError(_UNKNOWN) from error


def _agile(info: bytes, password: bytes) -> Open | None:
    xml = info[_SIZE:].decode("utf-8", "replace")
    data, lock = _element(xml, "keyData"), _element(xml, "encryptedKey")
    name, spins = _HASHES[lock["hashAlgorithm"]], int(lock["spinCount"])
    for part in (data, lock):
        if (part["cipherAlgorithm"], part["cipherChaining"]) != ("AES", "ChainingModeCBC"):
            raise ScanError(_UNKNOWN)
    salt, bits = base64.b64decode(lock["saltValue"]), int(lock["keyBits"])
    if bits not in _KEY_BITS or int(lock["blockSize"]) != _BLOCK:
        raise ScanError(_UNKNOWN)
    spun = _spun(name, salt, password, spins)

    def unlock(block: bytes, what: str) -> bytes:
        key = _fitted(hashlib.new(name, spun + block).digest(), bits // 8)
        return _cbc(key, _fitted(salt, _BLOCK), base64.b64decode(lock[what]))

    given = unlock(_VERIFIER_INPUT, "encryptedVerifierHashInput")[: int(lock["saltSize"])]
    wanted = unlock(_VERIFIER_VALUE, "encryptedVerifierHashValue")[: int(lock["hashSize"])]
    if not hmac.compare_digest(hashlib.new(name, given).digest(), wanted):
        return None
    key = unlock(_KEY_VALUE, "encryptedKeyValue")[: int(data["keyBits"]) // 8]
    return _Agile(key, base64.b64decode(data["saltValue"]), _HASHES[data["hashAlgorithm"]])


class _Agile:
    """Opens a package that is encrypted in segments, each with its own start."""

    def __init__(self, key: bytes, salt: bytes, name: str) -> None:
        self._key, self._salt, self._name = key, salt, name

    def __call__(self, package: bytes) -> bytes:
        size, found = _plain_size(package), bytearray()
        places = range(_SIZE, len(package) + _SEGMENT, _SEGMENT)
        for number, (start, end) in enumerate(pairwise(places)):
            begin = hashlib.new(self._name, self._salt + struct.pack("<I", number)).digest()
            found += _cbc(self._key, begin[:16], package[start:end])
        return bytes(found[:size])


def _standard(info: bytes, password: bytes) -> Open | None:
    length = struct.unpack_from("<I", info, _STANDARD_HEADER)[0]
    algorithm, _, bits = struct.unpack_from("<III", info, _STANDARD_HEADER + 12)
    if algorithm not in _AES_IDS or struct.unpack_from("<H", info, 2)[0] != 2:  # noqa: PLR2004 - minor version 2 is standard encryption
        raise ScanError(_UNKNOWN)
    salt_size, salt, verifier, size, value = struct.unpack_from(
        "<I16s16sI32s", info, _STANDARD_HEADER + 4 + length
    )
    spun = _spun("sha1", salt[:salt_size], password, _STANDARD_SPINS)
    last = hashlib.sha1(spun + bytes(4), usedforsecurity=False).digest()
    stretched = b"".join(_pad_hash(last, filler) for filler in (0x36, 0x5C))
    key = stretched[: bits // 8]
    given = hashlib.sha1(_ecb(key, verifier), usedforsecurity=False).digest()
    if not hmac.compare_digest(given, _ecb(key, value)[:size]):
        return None
    return lambda package: _ecb(key, package[_SIZE:])[: _plain_size(package)]


def _spun(name: str, salt: bytes, password: bytes, spins: int) -> bytes:
    if not 0 <= spins <= MOST_SPINS:
        raise ScanError(_UNKNOWN)
    digest = hashlib.new(name, salt + password, usedforsecurity=False).digest()
    make = getattr(hashlib, name)
    for number in range(spins):
        digest = make(number.to_bytes(4, "little") + digest, usedforsecurity=False).digest()
    return digest


def _pad_hash(digest: bytes, filler: int) -> bytes:
    mixed = bytes(a ^ filler for a in digest.ljust(64, b"\0"))
    return hashlib.sha1(mixed, usedforsecurity=False).digest()


def _element(xml: str, name: str) -> Mapping[str, str]:
    found = re.search(rf"<(?:\w+:)?{name}\s([^<>]*)>", xml)
    return dict(_ATTRIBUTE.findall(found[1])) if found else {}


def _plain_size(package: bytes) -> int:
    return int.from_bytes(package[:_SIZE], "little")


def _fitted(data: bytes, size: int) -> bytes:
    return data[:size].ljust(size, b"\x36")


def _cbc(key: bytes, begin: bytes, data: bytes) -> bytes:
    return _decrypted(key, begin, data)


def _ecb(key: bytes, data: bytes) -> bytes:
    return _decrypted(key, b"", data)


def _decrypted(key: bytes, begin: bytes, data: bytes) -> bytes:
    """Decrypt whole blocks of AES: chained from `begin` on, or each for itself."""
    from cryptography.hazmat.primitives.ciphers import Cipher, modes  # noqa: PLC0415 - few need it
    from cryptography.hazmat.primitives.ciphers.algorithms import AES  # noqa: PLC0415 - as above

    mode = modes.CBC(begin) if begin else modes.ECB()  # noqa: S305 - the format's own
    return Cipher(AES(key), mode).decryptor().update(data[: len(data) // _BLOCK * _BLOCK])
