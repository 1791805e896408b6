"""One door for unpacking members of a ZIP: size, ratio and total are judged before inflating."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Work
from agentguard.detect.formats._encoding import decoder_of, encoding_of
from agentguard.detect.limits import MIB

ENCRYPTED = 0x1
_STEP = 128 << 10
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


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
