"""Streams of a compound file (MS-CFB), the container of older Office files and encrypted ones.

olefile reads it too, but takes a file's word for its sizes: a chain that bites its tail is followed
for as long as the entry says, to gigabytes. What is damaged counts as absent here.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from weakref import WeakKeyDictionary

from agentguard.detect.extractor import Source

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Path = tuple[str, ...]
"""The names of the storages from the root, and of the stream, in lower case."""

_HEADER = 512
_LISTED = 109  # FAT sectors that the header lists itself
_LAST = 0xFFFFFFFA  # greater numbers are marks, not sectors
_ENTRY = 128
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_SMALL, _LARGE = 9, 12
_MINI = 6
_LONGEST_NAME = 64
_MOST_ENTRIES = 50_000
_DEEPEST = 40
_MOST_TABLE = 1 << 22
_tops: WeakKeyDictionary[BinaryIO, frozenset[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a stream begins, and its length in bytes."""

    first: int
    size: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the directory, and its neighbours in the tree."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    place: _Place


def top_names(source: Source) -> frozenset[str]:
    """Return the names of what stands at the root, in lower case; none when it is no compound."""
    if not source.head.startswith(MAGIC):
        return frozenset()
    found = _tops.get(source.file)
    if found is None:
        found = frozenset(path[0] for path in Compound(source).paths)
        _tops[source.file] = found
    return found


class Compound:
    """A compound file; its tables are held, its streams are read when they are asked for."""

    def __init__(self, source: Source) -> None:
        self._file, self._length = source.file, source.size
        head = source.head[:_HEADER].ljust(_HEADER, b"\0")
        version, _, shift = struct.unpack_from("<HHH", head, 26)
        self._shift = shift if shift in {_SMALL, _LARGE} else _SMALL
        self._wide_sizes = version > 3  # noqa: PLR2004 - the version that has sizes of 64 bits
        first, self._cutoff, mini_fat = struct.unpack_from("<I4xII", head, 48)
        self._most = min(self._length >> self._shift, _MOST_TABLE)
        self._fat = self._read_fat(head)
        self._root = _Place(_LAST, 0)
        self._places = self._placed(self._directory(first))
        self._mini_fat = _numbers(self._chain(mini_fat, self._length >> 4))
        self._mini: bytes | None = None

    @property
    def paths(self) -> Sequence[Path]:
        """The path of every stream, in the order of the directory's tree."""
        return tuple(self._places)

    def size(self, *path: str) -> int:
        """Return a stream's length in bytes as the file tells it, 0 when there is none."""
        place = self._places.get(tuple(name.lower() for name in path))
        return place.size if place else 0

    def stream(self, *path: str, most: int | None = None) -> bytes | None:
        """Return a stream's bytes, at most the first `most`.

        None when there is none of this name.
        """
        place = self._places.get(tuple(name.lower() for name in path))
        if place is None:
            return None
        size = min(place.size, self._length if most is None else most)
        if place.size >= self._cutoff:
            return self._chain(place.first, size)
        if self._mini is None:
            self._mini = self._chain(self._root.first, min(self._root.size, self._length))
        places = _follow(self._mini_fat, place.first, -(-size >> _MINI))
        mini = self._mini
        return b"".join(mini[n << _MINI : (n + 1) << _MINI] for n in places)[:size]

    def _chain(self, first: int, size: int) -> bytes:
        """Read the sectors of a chain until its end, its length, or where it was before."""
        found = bytearray()
        for start, count in _runs(_follow(self._fat, first, -(-size >> self._shift))):
            self._file.seek((start + 1) << self._shift)
            found += self._file.read(count << self._shift)
        return bytes(found[:size])

    def _sector(self, number: int) -> bytes:
        self._file.seek((number + 1) << self._shift)
        return self._file.read(1 << self._shift)

    def _read_fat(self, head: bytes) -> array[int]:
        listed = list(struct.unpack_from(f"<{_LISTED}I", head, 76))
        following, seen = struct.unpack_from("<I", head, 68)[0], set[int]()
        while following < self._most and following not in seen:
            seen.add(following)
            more = _numbers(self._sector(following))
            listed += more[:-1]
            following = more[-1] if more else _LAST
        needed = (self._most * 4 >> self._shift) + 1
        sectors = [number for number in listed if number < _LAST][:needed]
        return _numbers(b"".join(self._sector(number) for number in sectors))

    def _directory(self, first: int) -> list[_Entry]:
        data = self._chain(first, min(_MOST_ENTRIES * _ENTRY, self._length))
        return [self._entry(data, at) for at in range(0, len(data) - _ENTRY + 1, _ENTRY)]

    def _entry(self, data: bytes, at: int) -> _Entry:
        length, kind, left, right, child = struct.unpack_from("<HBxIII", data, at + 64)
        first, size = struct.unpack_from("<IQ", data, at + 116)
        raw = data[at : at + max(0, min(length, _LONGEST_NAME) - 2)]
        place = _Place(first, size if self._wide_sizes else size & 0xFFFFFFFF)
        name = raw.decode("utf-16-le", "replace").lower()
        return _Entry(name, kind, left, right, child, place)

    def _placed(self, entries: Sequence[_Entry]) -> dict[Path, _Place]:
        """Walk the tree; a stream that no storage leads to stands at the root."""
        found: dict[Path, _Place] = {}
        seen: set[int] = set()
        root = next((n for n, entry in enumerate(entries) if entry.kind == _ROOT), None)
        if root is not None:
            self._root = entries[root].place
            seen.add(root)
            for path, entry in _walk(entries, entries[root].child, seen):
                found.setdefault(path, entry.place)
        for number, entry in enumerate(entries):
            if entry.kind == _STREAM and number not in seen:
                found.setdefault((entry.name,), entry.place)
        return found


def _walk(entries: Sequence[_Entry], top: int, seen: set[int]) -> Iterator[tuple[Path, _Entry]]:
    """Yield every stream below a storage, each once, whatever the tree looks like."""
    ahead: list[tuple[int, Path]] = [(top, ())]
    while ahead:
        number, above = ahead.pop()
        if number >= len(entries) or number in seen:
            continue
        seen.add(number)
        entry = entries[number]
        ahead += [(entry.right, above), (entry.left, above)]
        if entry.kind == _STREAM:
            yield (*above, entry.name), entry
        elif entry.kind == _STORAGE and len(above) < _DEEPEST:
            ahead.append((entry.child, (*above, entry.name)))


def _numbers(data: bytes) -> array[int]:
    return array("I", struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _follow(table: Sequence[int], first: int, most: int) -> Iterator[int]:
    """Yield the sectors of a chain, none twice."""
    number, seen = first, set[int]()
    while number < len(table) and number not in seen and len(seen) < most:
        seen.add(number)
        yield number
        number = table[number]


def _runs(numbers: Iterator[int]) -> Iterator[tuple[int, int]]:
    """Join neighbours: where each run begins, and of how many it is."""
    start = count = 0
    for number in numbers:
        if count and number == start + count:
            count += 1
            continue
        if count:
            yield start, count
        start, count = number, 1
    if count:
        yield start, count
