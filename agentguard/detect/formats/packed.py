"""GZ, BZ2, XZ and LZMA: one packed file, or several one behind the other, unpacked to a limit."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.limits import MIB

_GZ, _BZ2, _XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"
_LZMA, _LZMA_HEAD, _LZMA_LARGEST = b"\x5d\0\0", 13, 1 << 38
_STEP = 256 << 10
_GZIP_WINDOW = 31
_XZ_MEMORY = 128 * MIB


class _Unpacker(Protocol):
    def decompress(self, data: bytes, max_length: int) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


def sniff(source: Source) -> bool:
    """Tell a packed file by its mark."""
    return source.head.startswith((_GZ, _BZ2, _XZ)) or _is_lzma(source.head)


def _is_lzma(head: bytes) -> bool:
    """Tell the older format by its usual settings and a size that can be, or is not told."""
    size = int.from_bytes(head[5:_LZMA_HEAD], "little", signed=True)
    whole = head.startswith(_LZMA) and len(head) > _LZMA_HEAD and not head[_LZMA_HEAD]
    return whole and -1 <= size < _LZMA_LARGEST


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of what is packed."""
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
    most, out = work.limits.part_mib * MIB, bytearray()
    try:
        for piece in _pieces(source, most, work):
            out += piece
            if len(out) > most:
                _judge(source, len(out), work)
                break
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError) as error:
        if not out:
            raise ScanError("reason.corrupt") from error
        work.note("reason.corrupt-part")
    work.spend(len(out))
    return bytes(out[:most])


def _pieces(source: Source, most: int, work: Work) -> Iterator[bytes]:
    """Unpack one part after the other, as logs are joined; zeros and the like behind are left."""
    unpacker, rest, parts = _unpacker(source.head), b"", 1
    source.file.seek(0)
    while data := rest or source.file.read(_STEP):
        piece = unpacker.decompress(data, most + 1)
        most, rest = max(0, most - len(piece)), b""
        yield piece
        if unpacker.eof:
            rest = unpacker.unused_data.lstrip(b"\0")
            if len(rest) < len(_XZ):
                rest += source.file.read(_STEP).lstrip(b"\0")
            if not rest.startswith((_GZ, _BZ2, _XZ)):
                return
            unpacker, parts = _unpacker(rest), parts + 1
            if parts > work.limits.members:
                work.note("reason.partial")
                return
    if not unpacker.eof:
        raise EOFError


def _judge(source: Source, size: int, work: Work) -> None:
    if size > work.limits.ratio * source.file.tell():
        raise ScanError("reason.bomb")
    work.note("reason.partial")


EXTRACTOR = Extractor(name="packed", sniff=sniff, extract=extract)
