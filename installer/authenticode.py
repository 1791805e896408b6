"""What Windows knows a program or library by: its Authenticode hash, and whether it is signed.

The hash leaves out what signing changes, so that it is the same before and after: the checksum, the
entry of the certificate table, and that table. Source: Microsoft, "Windows Authenticode Portable
Executable Signature Format"; the directory and its places are those of PE32+, [MS-PE].
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import Certificate

from installer import pe
from installer.tools import BuildError

_HEADER_AT, _PE32_PLUS = 0x3C, 0x20B
_OPTIONAL, _CHECKSUM, _SECURITY = 24, 64, 144  # from the header; from the optional header
_WIN_CERTIFICATE = 8  # bytes before the signature itself: length, revision, kind


def images(tree: Path) -> Iterator[Path]:
    """Yield every program and library of a tree, whatever its name says, in the order of names."""
    for path in sorted(tree.rglob("*")):
        if path.is_file() and pe.is_image(path):
            yield path


def digest(content: bytes) -> bytes:
    """Return the SHA-256 that allow lists and signatures name a program by.

    Raises:
        BuildError: it is no program of 64 bits.

    """
    optional, table, size = _places(content)
    hashed = hashlib.sha256(content[: optional + _CHECKSUM])
    hashed.update(content[optional + _CHECKSUM + 4 : optional + _SECURITY])
    rest = content[optional + _SECURITY + 8 : table or None]
    hashed.update(rest)
    end = len(content) - size
    hashed.update(bytes(-end % 8))  # a signer pads the file before it adds its table
    return hashed.digest()


def signed(content: bytes) -> bool:
    """Check whether a program bears a signature, whosever it is."""
    return bool(_places(content)[2])


def whole(content: bytes) -> bool:
    """Check whether a program bears no signature, or one that names the program's own hash.

    Who signed, and whether that counts, is for `osslsigncode verify` and Windows to say.
    """
    _, table, size = _places(content)
    return not size or digest(content) in content[table : table + size]


def signers(content: bytes) -> list[Certificate]:
    """Return the certificates in a program's signature; none in one that is not signed."""
    _, table, size = _places(content)
    if not size:
        return []
    data = content[table + _WIN_CERTIFICATE : table + size]
    return pkcs7.load_der_pkcs7_certificates(data[: 4 + int.from_bytes(data[2:4], "big")])


def leaf(content: bytes) -> Certificate | None:
    """Return the certificate that a program was signed with: the one that issued no other there."""
    found = signers(content)
    issuers = {one.issuer for one in found if one.issuer != one.subject}
    return next((one for one in found if one.subject not in issuers), None)


def _places(content: bytes) -> tuple[int, int, int]:
    """Return where the optional header begins, where the certificate table does, and its size."""
    optional = struct.unpack_from("<I", content, _HEADER_AT)[0] + _OPTIONAL
    if struct.unpack_from("<H", content, optional)[0] != _PE32_PLUS:
        raise BuildError("A program is not of 64 bits.")
    table, size = struct.unpack_from("<II", content, optional + _SECURITY)
    return optional, table, size
