"""GZ, BZ2 and XZ: one packed file, unpacked to a limit."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol

from agentguard.errors import ScanError
from agentguard.scan.extract.base import Extractor, Source, Work
from agentguard.scan.limits import MIB

_GZ, _BZ2, _XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"
_STEP = 256 << 10
_GZIP_WINDOW = 31
_XZ_MEMORY = 128 * MIB


class _Unpacker(Protocol):
    def decompress(self, data: bytes, max_length: int) -> bytes: ...

    @property
    def eof(self) -> bool: ...


def sniff(source: Source) -> bool:
    """Tell a packed file by its mark."""
    return source.head.startswith((_GZ, _BZ2, _XZ))


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the text of what is packed."""
    data = _unpack(source, work)
    yield from work.within(data)


def _unpacker(head: bytes) -> _Unpacker:
    if head.startswith(_GZ):
        return zlib.decompressobj(_GZIP_WINDOW)
    if head.startswith(_BZ2):
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


def _unpack(source: Source, work: Work) -> bytes:
    """Unpack at most one part's size.

    Raises:
        ScanError: it is damaged from the start, or a bomb.

    """
    most = work.limits.part_mib * MIB
    unpacker, out = _unpacker(source.head), bytearray()
    source.file.seek(0)
    try:
        while not unpacker.eof and (data := source.file.read(_STEP)):
            out += unpacker.decompress(data, most + 1 - len(out))
            if len(out) > most:
                _judge(source, len(out), work)
                break
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError) as error:
        if not out:
            raise ScanError("reason.corrupt") from error
        work.note("reason.corrupt-part")
    work.spend(len(out))
    return bytes(out[:most])


def _judge(source: Source, size: int, work: Work) -> None:
    if size > work.limits.ratio * source.file.tell():
        raise ScanError("reason.bomb")
    work.note("reason.partial")


EXTRACTOR = Extractor(name="packed", sniff=sniff, extract=extract)
