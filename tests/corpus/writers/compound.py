"""Compound files with storages (MS-CFB), for the writers of old Office files and messages."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]

_SECTOR, _LEAST = 512, 4096
_END, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(slots=True)
class _Writer:
    body: bytearray = field(default_factory=bytearray)
    chain: list[int] = field(default_factory=list)
    small: bytearray = field(default_factory=bytearray)
    links: list[int] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)

    def sectors(self, data: bytes) -> int:
        """Put data into sectors of its own and give the first."""
        if not data:
            return _END
        first, count = len(self.chain), -(-len(data) // _SECTOR)
        self.body += data.ljust(count * _SECTOR, b"\0")
        self.chain += [*range(first + 1, first + count), _END]
        return first

    def stream(self, data: bytes) -> int:
        """Put a stream where its size asks for: small ones share the mini stream."""
        if len(data) >= _LEAST or not data:
            return self.sectors(data)
        first, count = len(self.links), -(-len(data) // 64)
        self.small += data.ljust(count * 64, b"\0")
        self.links += [*range(first + 1, first + count), _END]
        return first

    def folder(self, tree: Tree) -> int:
        """Write the entries of a storage and give the number of its first."""
        numbers = []
        for name, inner in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
            number = len(self.entries)
            self.entries.append(b"")
            numbers.append(number)
            if isinstance(inner, bytes):
                self.entries[number] = _entry(name, 2, start=self.stream(inner), size=len(inner))
            else:
                self.entries[number] = _entry(name, 1, child=self.folder(inner))
        return self._linked(numbers)

    def _linked(self, numbers: list[int]) -> int:
        """Join siblings as a balanced tree."""
        if not numbers:
            return _NONE
        middle = len(numbers) // 2
        left, right = self._linked(numbers[:middle]), self._linked(numbers[middle + 1 :])
        place = numbers[middle]
        entry = self.entries[place]
        self.entries[place] = entry[:68] + struct.pack("<II", left, right) + entry[76:]
        return place


def compound(tree: Tree) -> bytes:
    """Give a compound file of version 3 with these streams (bytes) and storages (mappings)."""
    writer = _Writer(entries=[b""])
    child = writer.folder(tree)
    start = writer.sectors(bytes(writer.small))
    writer.entries[0] = _entry("Root Entry", 5, child=child, start=start, size=len(writer.small))
    links = struct.pack(f"<{len(writer.links)}I", *writer.links)
    links += b"\xff" * (-len(links) % _SECTOR)
    mini = writer.sectors(links)
    while len(writer.entries) % 4:
        writer.entries.append(_entry("", 0))
    directory = writer.sectors(b"".join(writer.entries))
    count = 1
    while (len(writer.chain) + count) > count * 128:
        count += 1
    places = range(len(writer.chain), len(writer.chain) + count)
    chain = [*writer.chain, *[_FAT] * count]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(count * _SECTOR, b"\xff")
    return _head(directory, mini, len(links) // _SECTOR, list(places)) + bytes(writer.body) + fat


def _entry(name: str, kind: int, *, child: int = _NONE, start: int = 0, size: int = 0) -> bytes:
    wide = (name.encode("utf-16-le") + b"\0\0") if name else b""
    return (
        wide.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(wide), kind, 1, _NONE, _NONE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _head(directory: int, mini: int, minis: int, places: list[int]) -> bytes:
    return (
        _MAGIC
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<II", 0, len(places))
        + struct.pack("<IIIIIII", directory, 0, _LEAST, mini, minis, _END, 0)
        + struct.pack("<109I", *places, *[_NONE] * (109 - len(places)))
    )
