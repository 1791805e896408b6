"""Streams of a compound file (MS-CFB), the container of older Office files and encrypted ones."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_LISTED = 109  # FAT sectors that the header lists itself
_LAST = 0xFFFFFFFA  # greater numbers are marks, not sectors
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_SHIFTS = range(6, 13)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a stream begins, and its length in bytes."""

    first: int
    size: int


class Compound:
    """A compound file that is held in memory; what is damaged counts as absent."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        head = data[:_HEADER].ljust(_HEADER, b"\0")
        sector, mini = struct.unpack_from("<HH", head, 30)
        self._shift = sector if sector in _SHIFTS else 9
        self._mini_shift = mini if mini in _SHIFTS else 6
        first, self._cutoff, mini_fat = struct.unpack_from("<I4xII", head, 48)
        self._fat = self._read_fat(head)
        self._places: dict[str, _Place] = {}
        self._root = _Place(_LAST, 0)
        self._read_directory(self._chain(first))
        self._mini_fat = _numbers(self._chain(mini_fat))

    def stream(self, name: str) -> bytes | None:
        """Give a stream's bytes, None when there is none of this name."""
        place = self._places.get(name)
        if place is None:
            return None
        if place.size >= self._cutoff:
            return self._chain(place.first, place.size)[: place.size]
        small = self._chain(self._root.first, self._root.size)
        return _follow(small, place, self._mini_fat, self._mini_shift, 0)

    def _chain(self, first: int, size: int | None = None) -> bytes:
        place = _Place(first, len(self._data) if size is None else size)
        return _follow(self._data, place, self._fat, self._shift, 1)

    def _read_fat(self, head: bytes) -> Sequence[int]:
        listed = list(struct.unpack_from(f"<{_LISTED}I", head, 76))
        following = struct.unpack_from("<I", head, 68)[0]
        most = len(self._data) >> self._shift
        while following < _LAST and len(listed) <= most:
            more = _numbers(self._sector(following))
            if not more:
                break
            listed += more[:-1]
            following = more[-1]
        return _numbers(b"".join(self._sector(n) for n in listed[: most + _LISTED] if n < _LAST))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) << self._shift
        return self._data[start : start + (1 << self._shift)]

    def _read_directory(self, data: bytes) -> None:
        for start in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", data, start + 64)
            first, size = struct.unpack_from("<IQ", data, start + 116)
            place = _Place(first, min(size & 0xFFFFFFFF, len(self._data)))
            name = data[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == _STREAM:
                self._places.setdefault(name, place)
            elif kind == _ROOT:
                self._root = place


def _numbers(data: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _follow(data: bytes, place: _Place, table: Sequence[int], shift: int, before: int) -> bytes:
    """Give the sectors of a chain until its end, its length, or a place that was given before."""
    found, number, seen = bytearray(), place.first, set[int]()
    while number < len(table) and number not in seen and len(found) < place.size:
        seen.add(number)
        start = (number + before) << shift
        found += data[start : start + (1 << shift)]
        number = table[number]
    return bytes(found[: place.size])
