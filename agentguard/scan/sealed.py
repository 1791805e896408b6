"""Whether a file is encrypted, told container by container, without a password."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections import Counter

from agentguard.scan import _archives
from agentguard.scan._compound import MAGIC as _OLE
from agentguard.scan.extract import odf, office_unlocked, pdf
from agentguard.scan.extract._zipped import ENCRYPTED
from agentguard.scan.extract.base import Source
from agentguard.scan.limits import MIB

_MAGICS = (
    b"LUKS\xba\xbe",
    b"age-encryption.org/v1",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5",  # KeePass 1
    b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5",  # KeePass 2
    b"Salted__",  # openssl enc
)
_HELD = 64 * MIB

# Files of high entropy that are not encrypted.
_MEDIA = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"Rar!",
    b"OggS",
    b"ID3",
    b"fLaC",
    b"\x1aE\xdf\xa3",
    b"MSCF",
    b"wOF2",
    b"\xff\xfb",
)
_MEDIA_AT_4 = b"ftyp"
_LEAST_OPAQUE = 64 << 10
_SECTOR = 512
_OPAQUE_BITS = 7.98


def is_sealed(source: Source) -> bool:
    """Tell whether all of the content is encrypted."""
    head = source.head
    if head.startswith(_MAGICS) or _is_openpgp(head):
        return True
    if head.startswith(b"PK"):
        return _zip(source)
    if head.startswith(_OLE):
        return office_unlocked.needs_password(source)
    if head.startswith(_archives.MAGICS):
        return _archives.is_locked(source)
    if pdf.sniff(source) and source.size <= _HELD:
        return pdf.needs_password(source)
    return _is_opaque(source)


def _zip(source: Source) -> bool:
    try:
        with zipfile.ZipFile(source.file) as archive:
            members = [member for member in archive.infolist() if not member.filename.endswith("/")]
            locked = all(member.flag_bits & ENCRYPTED for member in members)
            return bool(members) and (locked or odf.is_locked(archive))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _is_openpgp(head: bytes) -> bool:
    """Tell an encrypted message by its first packet (RFC 9580): tags 1 and 3, and versions."""
    if len(head) < 4:  # noqa: PLR2004 - a packet's header, length and version
        return False
    first = head[0]
    if first & 0xC0 == 0xC0:  # noqa: PLR2004 - the new format of a packet header
        tag, version = first & 0x3F, head[2]
    elif first & 0x80:
        tag, version = (first >> 2) & 0x0F, head[2 if first & 3 == 0 else 3]
    else:
        return False
    return (tag, version) in {(1, 3), (1, 6), (3, 4), (3, 5), (3, 6)} and _opaque_bytes(head[64:])


def _is_opaque(source: Source) -> bool:
    """Tell random bytes from end to end: containers such as VeraCrypt's have no mark."""
    head = source.head
    if source.size < _LEAST_OPAQUE or source.size % _SECTOR or head.startswith(_MEDIA):
        return False
    return head[4:8] != _MEDIA_AT_4 and _opaque_bytes(head)


def _opaque_bytes(data: bytes) -> bool:
    if len(data) < _SECTOR:
        return len(zlib.compress(data)) >= len(data)
    counts = Counter(data)
    bits = -sum(n / len(data) * math.log2(n / len(data)) for n in counts.values())
    unpacked = len(zlib.compress(data, 1)) < len(data)
    return not unpacked and (bits > _OPAQUE_BITS or len(data) < _LEAST_OPAQUE)
