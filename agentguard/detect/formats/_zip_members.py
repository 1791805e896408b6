"""One door for unpacking members of a ZIP: size, ratio and total are judged before inflating."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Source, Work
from agentguard.detect.formats._encoding import decoder_of, encoding_of
from agentguard.detect.limits import MIB

ENCRYPTED = 0x1
MOST_LISTED = 10_000
"""Members of a directory that are held in memory: they take some 7 MB."""

_STEP = 128 << 10
_END, _END_RECORD = b"PK\x05\x06", struct.Struct("<10xHI6x")
_LONGEST_END = 22 + 0xFFFF  # a comment may stand behind it
_ENTRY = 256  # bytes of an entry, names and all
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


def has_long_directory(source: Source, most: int = MOST_LISTED) -> bool:
    """Check whether a directory lists more members than are held (APPNOTE.TXT, 4.3.16)."""
    size = source.file.seek(0, io.SEEK_END)
    source.file.seek(max(0, size - _LONGEST_END))
    data = source.file.read(_LONGEST_END)
    at = data.rfind(_END)
    if at < 0 or len(data) - at < _END_RECORD.size:
        return False
    count, length = _END_RECORD.unpack_from(data, at)
    return bool(count > most or length > most * _ENTRY)


def part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> bytes:
    """Return a member's bytes, or none with a note when it is sealed, too large or damaged.

    Raises:
        ScanError: the member is a bomb, or all members together are.

    """
    if not _may_unpack(member, work):
        return b""
    if member.file_size > work.limits.part_mib * MIB:
        work.note("reason.too-large-part")
        return b""
    work.spend(member.file_size)
    try:
        with archive.open(member) as file:
            return file.read(member.file_size)  # `archive.read` inflates all, whatever was told
    except NotImplementedError:
        work.note("reason.unsupported-part")
    except _DAMAGED:
        work.note("reason.corrupt-part")
    return b""


def unfolded(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> Iterator[str]:
    """Yield the text of a member, which is unpacked while it is read.

    Raises:
        ScanError: the member is a bomb, or all members together are.

    """
    if not member.file_size or not _may_unpack(member, work):
        return

    def pieces() -> Iterator[bytes]:
        return _pieces(archive, member, work)

    yield from work.unfolded(pieces, member.file_size)


def stream(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> Iterator[str]:
    """Yield a member's text in small pieces, up to where it is damaged.

    Raises:
        ScanError: the member is a bomb, or all members together are.

    """
    decoder = None
    for data in stream_bytes(archive, member, work):
        if decoder is None:
            decoder = decoder_of(encoding_of(data) or "utf-8")
        yield decoder.decode(data)
    if decoder is not None:
        yield decoder.decode(b"", final=True)


def stream_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> Iterator[bytes]:
    """Yield a member in small pieces, up to where it is damaged.

    Raises:
        ScanError: the member is a bomb, or all members together are.

    """
    if not _may_unpack(member, work):
        return
    work.spend(member.file_size)
    yield from _pieces(archive, member, work)


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> Iterator[bytes]:
    """Unpack a member, up to where it is damaged."""
    try:
        with archive.open(member) as file:
            while data := file.read(_STEP):
                yield data
    except NotImplementedError:
        work.note("reason.unsupported-part")
    except _DAMAGED:
        work.note("reason.corrupt-part")


def _may_unpack(member: zipfile.ZipInfo, work: Work) -> bool:
    """Judge a member by what its record says.

    Raises:
        ScanError: it is a bomb.

    """
    if member.flag_bits & ENCRYPTED:
        work.note("reason.sealed-part")
        return False
    size, limits = member.file_size, work.limits
    if size > limits.plain_mib * MIB and size > limits.ratio * max(1, member.compress_size):
        raise ScanError("reason.bomb")
    return True
