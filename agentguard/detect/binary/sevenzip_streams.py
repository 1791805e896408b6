"""Unpacks the streams of a 7z archive piece by piece, with what the standard library knows."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Source
from agentguard.detect.limits import MIB

AES = b"\x06\xf1\x07\x01"

_COPY, _LZMA2, _LZMA = b"\x00", b"\x21", b"\x03\x01\x01"
_DEFLATE, _BZIP2, _DELTA = b"\x04\x01\x08", b"\x04\x02\x02", b"\x03"
_BRANCHES = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
    b"\x04": lzma.FILTER_X86,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x06": lzma.FILTER_IA64,
    b"\x07": lzma.FILTER_ARM,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x09": lzma.FILTER_SPARC,
}
_STEP = 256 << 10
_MOST_WINDOW = 256 * MIB
_LEAST_WINDOW = 4096
_CHUNK = 1 << 16
_LARGEST_CODE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done to a stream: the method's id and its properties."""

    method: bytes
    props: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file within a folder: its size in bytes, and its check sum where one is known."""

    size: int
    crc: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What was packed as one: where it stands, its two sizes in bytes, and what it holds.

    `steps` are in the order of unpacking.
    """

    steps: tuple[Step, ...]
    start: int
    packed: int
    size: int
    members: tuple[Member, ...] = ()

    @property
    def is_locked(self) -> bool:
        """Check whether it is encrypted."""
        return any(step.method == AES for step in self.steps)


class _Unpacker(Protocol):
    def decompress(self, data: bytes, max_length: int) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...


def unpacked(source: Source, folder: Folder) -> Iterator[bytes]:
    """Return the plain bytes in pieces, never more than the folder says.

    Raises:
        ScanError: `reason.unsupported` before anything is unpacked.

    """
    pieces = _packed(source, folder)
    for step in folder.steps:
        pieces = _applied(step, pieces, folder.size)
    return _cut(pieces, folder.size)


def _packed(source: Source, folder: Folder) -> Iterator[bytes]:
    place, left = folder.start, folder.packed
    while left > 0:
        source.file.seek(place)
        data = source.file.read(min(_STEP, left))
        if not data:
            return
        yield data
        place, left = place + len(data), left - len(data)


def _applied(step: Step, pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    method, props = step.method, step.props
    if method == _COPY:
        return pieces
    if method == _BZIP2:
        return _decompressed(bz2.BZ2Decompressor(), pieces)
    if method == _DEFLATE:
        return _inflated(pieces)
    if method in {_LZMA, _LZMA2}:
        return _decompressed(_raw(_window(method, props, size)), pieces)
    if method == _DELTA or method in _BRANCHES:
        return _decompressed(_raw(_filter(method, props), _NO_PACKING), _wrapped(pieces))
    raise ScanError("reason.unsupported")


_NO_PACKING = {"id": lzma.FILTER_LZMA2, "dict_size": _CHUNK}


def _raw(*filters: Mapping[str, int]) -> lzma.LZMADecompressor:
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=list(filters))
    except (lzma.LZMAError, ValueError) as error:
        raise ScanError("reason.corrupt") from error


def _window(method: bytes, props: bytes, size: int) -> dict[str, int]:
    """Return what `lzma` needs to know; no more of a window than there is to look back on."""
    try:
        if method == _LZMA:
            first, window = struct.unpack("<BI", props)
            more = {"lc": first % 9, "lp": first // 9 % 5, "pb": first // 45}
            way = {"id": lzma.FILTER_LZMA1, **more}
        else:
            (code,) = props
            if code > _LARGEST_CODE:
                raise ScanError("reason.corrupt")
            window = (2 | code & 1) << (code // 2 + 11)
            way = {"id": lzma.FILTER_LZMA2}
    except (struct.error, ValueError) as error:
        raise ScanError("reason.corrupt") from error
    way["dict_size"] = max(min(window, size), _LEAST_WINDOW)
    if way["dict_size"] > _MOST_WINDOW:
        raise ScanError("reason.unsupported")
    return way


def _filter(method: bytes, props: bytes) -> dict[str, int]:
    if method == _DELTA:
        return {"id": lzma.FILTER_DELTA, "dist": (props[0] if props else 0) + 1}
    return {"id": _BRANCHES[method]}


def _wrapped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Dress plain bytes as LZMA2 that packs nothing: `lzma` has its filters before LZMA only."""
    first = True
    for piece in pieces:
        for start in range(0, len(piece), _CHUNK):
            data = piece[start : start + _CHUNK]
            yield struct.pack(">BH", 1 if first else 2, len(data) - 1) + data
            first = False
    yield b"\0"


def _decompressed(unpacker: _Unpacker, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        data = piece
        while True:
            out = unpacker.decompress(data, _STEP)
            if out:
                yield out
            if unpacker.eof:
                return
            if unpacker.needs_input or not out:
                break
            data = b""


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        data = piece
        while data and not unpacker.eof:
            if out := unpacker.decompress(data, _STEP):
                yield out
            data = unpacker.unconsumed_tail


def _cut(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[:size]
        size -= len(piece)
        if size <= 0:
            return
