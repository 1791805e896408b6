"""GZ, BZ2, XZ and LZMA: one packed file, or several one behind the other, of any size."""

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
_STEP, _MOST_AT_ONCE = 64 << 10, 256 << 10
_GZIP_WINDOW = 31
_XZ_MEMORY = 128 * MIB


class _Unpacker(Protocol):
    def decompress(self, data: bytes, max_length: int) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...


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
    yield from work.unfolded(lambda: _unpacked(source, work))


def _unpacker(head: bytes) -> _Unpacker:
    if head.startswith(_GZ):
        return _Inflating()
    if head.startswith(_BZ2):
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


class _Inflating:
    """Takes apart GZ as the other unpackers do: what it could not give yet, it keeps."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(_GZIP_WINDOW)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._unpacker.decompress(self._unpacker.unconsumed_tail + data, max_length)

    @property
    def eof(self) -> bool:
        return self._unpacker.eof

    @property
    def unused_data(self) -> bytes:
        return self._unpacker.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._unpacker.unconsumed_tail


def _unpacked(source: Source, work: Work) -> Iterator[bytes]:
    """Unpack piece by piece, as far as it is not damaged.

    Raises:
        ScanError: it is damaged from the start, or a bomb.

    """
    limits, size, empty = work.limits, 0, 0
    try:
        for piece, place in _pieces(source):
            size += len(piece)
            if size > limits.part_mib * MIB and size > limits.ratio * place:
                raise ScanError("reason.bomb")
            empty = 0 if piece else empty + 1
            if empty > limits.members:  # parts with nothing in them, one behind the other
                work.note("reason.partial")
                return
            if piece:
                yield piece
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError) as error:
        if not size:
            raise ScanError("reason.corrupt") from error
        work.note("reason.corrupt-part")


def _pieces(source: Source) -> Iterator[tuple[bytes, int]]:
    """Unpack one part after the other, as logs are joined; zeros and the like behind are left.

    Each piece is given with how far the file was read for it.
    """
    unpacker = _unpacker(source.head)
    rest, place = _read_on(source, 0)
    while rest:
        yield unpacker.decompress(rest, _MOST_AT_ONCE), place
        while not unpacker.eof and not unpacker.needs_input:
            yield unpacker.decompress(b"", _MOST_AT_ONCE), place
        if not unpacker.eof:
            rest, place = _read_on(source, place)
            continue
        rest = unpacker.unused_data.lstrip(b"\0")
        if len(rest) < len(_XZ):
            more, place = _read_on(source, place)
            rest += more.lstrip(b"\0")
        if not rest.startswith((_GZ, _BZ2, _XZ)):
            return
        unpacker = _unpacker(rest)
    raise EOFError


def _read_on(source: Source, place: int) -> tuple[bytes, int]:
    source.file.seek(place)
    data = source.file.read(_STEP)
    return data, place + len(data)


EXTRACTOR = Extractor(name="packed", sniff=sniff, extract=extract, flows=True)
