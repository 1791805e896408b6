"""Whether a 7z or RAR archive is encrypted, told by its headers (7zFormat.txt, RAR 5.0 notes)."""

from __future__ import annotations

import lzma
import struct
from collections.abc import Sequence

from agentguard.errors import ScanError
from agentguard.scan.extract.base import Source
from agentguard.scan.limits import MIB

MAGICS = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00")

_AES = b"\x06\xf1\x07\x01"
_LZMA, _LZMA2 = b"\x03\x01\x01", b"\x21"
_START = 32
_MOST_HEADER = 4 * MIB
_MOST_WINDOW = 64 * MIB
_MOST_FOLDERS = 100_000
_HEADER, _MAIN_STREAMS, _PACK, _UNPACK, _SIZE, _FOLDER = 0x01, 0x04, 0x06, 0x07, 0x09, 0x0B
_ENCODED, _UNPACK_SIZES, _CRC, _END = 0x17, 0x0C, 0x0A, 0x00
_RAR_4_MAIN, _RAR_4_LOCKED, _RAR_5_LOCKED = 0x73, 0x80, 4

Folder = Sequence[tuple[bytes, bytes]]
"""What was done to a stream, step by step: each method's id and properties."""


def is_locked(source: Source) -> bool:
    """Tell whether an archive that begins with one of MAGICS is encrypted."""
    seven_zip, rar_4, _ = MAGICS
    if source.head.startswith(seven_zip):
        return _seven_zip(source)
    return _rar_4(source.head) if source.head.startswith(rar_4) else _rar_5(source.head)


def _seven_zip(source: Source) -> bool:
    """Tell whether the names, or everything that is packed, are encrypted."""
    start = _START + int.from_bytes(source.head[12:20], "little")
    size = int.from_bytes(source.head[20:28], "little")
    if start >= source.size:
        return False
    source.file.seek(start)
    header = source.file.read(min(size, _MOST_HEADER))
    try:
        return _header(source, header)
    except (IndexError, ValueError, struct.error, lzma.LZMAError, OverflowError, ScanError):
        return False


def _header(source: Source, header: bytes) -> bool:
    found = _Reader(header)
    if found.take(_ENCODED):
        folders, packed = found.streams()
        if _locked(folders):
            return True
        found = _Reader(_unpacked(source, folders, packed))
    return found.take(_HEADER) and found.take(_MAIN_STREAMS) and _locked(found.streams()[0])


def _rar_4(head: bytes) -> bool:
    """Tell whether the names, and so everything, are encrypted."""
    flags = int.from_bytes(head[10:12], "little")
    return head[9:10] == bytes([_RAR_4_MAIN]) and bool(flags & _RAR_4_LOCKED)


def _rar_5(head: bytes) -> bool:
    place = len(MAGICS[-1]) + 4
    while head[place : place + 1] > b"\x7f":  # the header's size, seven bits to a byte
        place += 1
    return head[place + 1 : place + 2] == bytes([_RAR_5_LOCKED])


def _locked(folders: Sequence[Folder]) -> bool:
    return bool(folders) and all(any(id_ == _AES for id_, _ in one) for one in folders)


def _unpacked(source: Source, folders: Sequence[Folder], packed: tuple[int, int, int]) -> bytes:
    """Unpack a header that is packed by itself, as nearly all are."""
    start, size, plain = packed
    ((id_, props),) = folders[0]
    if max(size, plain) > _MOST_HEADER:
        raise ScanError("reason.unsupported")
    source.file.seek(_START + start)
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[_way(id_, props)])
    return unpacker.decompress(source.file.read(size), plain)


def _way(id_: bytes, props: bytes) -> dict[str, int]:
    """Give what `lzma` needs to know; the properties' first byte, or the only one, says it."""
    if id_ == _LZMA:
        first, window = struct.unpack("<BI", props)
        more = {"lc": first % 9, "lp": first // 9 % 5, "pb": first // 45}
        way = {"id": lzma.FILTER_LZMA1, "dict_size": max(window, 4096), **more}
    elif id_ == _LZMA2:
        way = {"id": lzma.FILTER_LZMA2, "dict_size": (2 | props[0] & 1) << (props[0] // 2 + 11)}
    else:
        raise ScanError("reason.unsupported")
    if way["dict_size"] > _MOST_WINDOW:
        raise ScanError("reason.unsupported")
    return way


class _Reader:
    """Reads the properties of a header one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, mark: int) -> bool:
        """Go on if the next byte is `mark`."""
        if self._data[self._place] != mark:
            return False
        self._place += 1
        return True

    def streams(self) -> tuple[list[Folder], tuple[int, int, int]]:
        """Give the folders; and of the first: where it begins, and its two sizes."""
        start = size = 0
        if self.take(_PACK):
            start, count = self._number(), self._number()
            if self.take(_SIZE):
                sizes = [self._number() for _ in range(min(count, _MOST_FOLDERS))]
                size = sizes[0]
            self._skip_digests(count)
        if not (self.take(_UNPACK) and self.take(_FOLDER)):
            return [], (start, size, 0)
        count = self._number()
        if count > _MOST_FOLDERS or not self.take(0):
            raise ScanError("reason.unsupported")
        folders = [self._folder() for _ in range(count)]
        plain = self._number() if self.take(_UNPACK_SIZES) else 0
        return folders, (start, size, plain)

    def _skip_digests(self, count: int) -> None:
        if self.take(_CRC):
            if not self.take(1):
                raise ScanError("reason.unsupported")
            self._place += 4 * count
        self.take(_END)

    def _folder(self) -> Folder:
        steps, inputs, outputs = [], 0, 0
        for _ in range(min(self._number(), 32)):
            flags = self._bytes(1)[0]
            id_ = self._bytes(flags & 0x0F)
            ins, outs = (self._number(), self._number()) if flags & 0x10 else (1, 1)
            inputs, outputs = inputs + ins, outputs + outs
            steps.append((id_, self._bytes(self._number()) if flags & 0x20 else b""))
        for _ in range(2 * min(outputs - 1, 64)):
            self._number()
        streams = inputs - (outputs - 1)
        for _ in range(min(streams, 64) if streams > 1 else 0):
            self._number()
        return steps

    def _bytes(self, count: int) -> bytes:
        found = self._data[self._place : self._place + count]
        if len(found) < count:
            raise ValueError
        self._place += count
        return found

    def _number(self) -> int:
        """Read a number whose first byte tells by its leading ones how many follow."""
        first = self._bytes(1)[0]
        more, mask = 0, 0x80
        while first & mask:
            more, mask = more + 1, mask >> 1
        low = int.from_bytes(self._bytes(more), "little")
        return low + ((first & (mask - 1)) << (8 * more) if mask else 0)
