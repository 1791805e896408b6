"""Whether a file is encrypted, told container by container, without a password."""

from __future__ import annotations

import zipfile

from agentguard.detect.binary import archive_encryption, office97_encryption, openpgp_packets
from agentguard.detect.binary.compound_file import MAGIC
from agentguard.detect.binary.random_bytes import is_opaque
from agentguard.detect.extractor import Source
from agentguard.detect.formats import odf, office_unlocked, pdf
from agentguard.detect.formats._zip_members import ENCRYPTED, has_long_directory
from agentguard.detect.formats.text import encoding_of
from agentguard.detect.lexicon.lazy_pattern import later

_MAGICS = (
    b"LUKS\xba\xbe",
    b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5",  # KeePass 1
    b"\x03\xd9\xa2\x9a\x66\xfb\x4b\xb5",  # KeePass 2, before its release
    b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5",  # KeePass 2
    b"Salted__",  # openssl enc
    b"\0GITCRYPT\0",
    b"RCLONE\0\0",
    b"\x76\xe8\x04\x60\xc4\x11\xe3\x86",  # a message under rights management (MS-OXORMMS 2.1.2.1)
    b"encrcdsa",  # an encrypted disk image of macOS
    b"\xc0\xb9\x07\x2e\x4f\x93\xf1\x46\xa0\x15\x79\x2c\xa1\xd9\xe8\x21",  # AxCrypt
)
_WRITTEN = (  # in letters, as any text may begin
    b"age-encryption.org/v1",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"U2FsdGVkX1",  # openssl enc in base64
    b"$ANSIBLE_VAULT;",
)
_ARMOUR = later(rb"(?:-----(?:BEGIN|END)[A-Z ]{1,40}-----|\$ANSIBLE_VAULT;.*|[A-Za-z0-9+/=]*)\s*")
_AGE_KEY = later(rb"\n--- [A-Za-z0-9+/]{43}\n")  # the last line before what is encrypted
_BITLOCKER, _BITLOCKER_AT = b"-FVE-FS-", 3
_CMS_ENVELOPED = bytes.fromhex("06092a864886f70d010703")  # RFC 5652, 6
_CMS_WITHIN = 16
_SEQUENCE = b"\x30"


def is_sealed(source: Source) -> bool:
    """Check whether all of the content is encrypted."""
    head = source.head
    if _is_marked(head) or openpgp_packets.is_encrypted(head):
        return True
    if head.startswith(b"PK"):
        return _zip(source)
    if head.startswith(MAGIC):
        return office_unlocked.needs_password(source) or office97_encryption.needs_password(source)
    if head.startswith(archive_encryption.MAGICS):
        return archive_encryption.is_locked(source)
    if pdf.sniff(source):
        return pdf.needs_password(source)
    return is_opaque(source)


def _is_marked(head: bytes) -> bool:
    if head.startswith(_MAGICS) or head.startswith(_BITLOCKER, _BITLOCKER_AT):
        return True
    if head.startswith(_WRITTEN):
        return _is_written(head)
    return head.startswith(_SEQUENCE) and _CMS_ENVELOPED in head[:_CMS_WITHIN]


def _is_written(head: bytes) -> bool:
    """Return what is encrypted behind such a mark from a text that begins as it does."""
    if not encoding_of(head):
        return True
    if key := _AGE_KEY.search(head):
        return not head[key.end() :].isascii()
    lines = head.split(b"\n")
    return all(map(_ARMOUR.fullmatch, lines[:-1] if len(lines) > 1 else lines))


def _zip(source: Source) -> bool:
    """Check whether every member that holds anything is encrypted, by ZipCrypto or AES alike."""
    if has_long_directory(source):
        return False
    try:
        with zipfile.ZipFile(source.file) as archive:
            members = [member for member in archive.infolist() if member.file_size]
            locked = all(member.flag_bits & ENCRYPTED for member in members)
            return bool(members) and (locked or odf.is_locked(archive))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
