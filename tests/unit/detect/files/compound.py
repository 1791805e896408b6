"""Writes compound files (MS-CFB): streams in storages, small ones in the root's stream."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass
class _Entry:
    name: str
    kind: int
    first: int = _END
    size: int = 0
    children: dict[str, int] = field(default_factory=dict)
    right: int = _FREE


@dataclass
class _Sectors:
    """Sectors of one size and the chains through them."""

    size: int
    body: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)

    def add(self, data: bytes) -> int:
        if not data:
            return _END
        filled = data + bytes(-len(data) % self.size)
        first, count = len(self.table), len(filled) // self.size
        self.table += [*range(first + 1, first + count), _END]
        self.body += filled
        return first


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Give a compound file; a slash in a stream's name leads into a storage."""
    large, small = _Sectors(_SECTOR), _Sectors(_MINI)
    entries = [_Entry("Root Entry", _ROOT)]
    for path, data in streams.items():
        *above, name = path.split("/")
        parent = 0
        for storage in above:
            parent = _child(entries, parent, _Entry(storage, _STORAGE))
        sectors = large if len(data) >= _CUTOFF else small
        _child(entries, parent, _Entry(name, _STREAM, sectors.add(data), len(data)))
    entries[0].first, entries[0].size = large.add(bytes(small.body)), len(small.body)
    mini_fat = large.add(struct.pack(f"<{len(small.table)}I", *small.table))
    directory = large.add(b"".join(_packed(entries, entry) for entry in entries))
    fats = 1
    while fats * _SECTOR // 4 < len(large.table) + fats:
        fats += 1
    places = range(len(large.table), len(large.table) + fats)
    table = large.table + [_FAT] * fats
    fat = struct.pack(f"<{len(table)}I", *table).ljust(fats * _SECTOR, b"\xff")
    header = _header(directory, list(places), mini_fat, -(-len(small.table) * 4 // _SECTOR))
    return header + bytes(large.body) + fat


def _child(entries: list[_Entry], parent: int, entry: _Entry) -> int:
    """Add a child, as the right neighbour of the last."""
    children = entries[parent].children
    if entry.name in children:
        return children[entry.name]
    number = len(entries)
    if children:
        entries[list(children.values())[-1]].right = number
    children[entry.name] = number
    entries.append(entry)
    return number


def _packed(entries: list[_Entry], entry: _Entry) -> bytes:
    wide = entry.name.encode("utf-16-le") + b"\0\0"
    child = next(iter(entry.children.values()), _FREE)
    return (
        wide.ljust(64, b"\0")
        + struct.pack("<HBB", len(wide), entry.kind, 1)
        + struct.pack("<III", _FREE, entry.right, child)
        + bytes(36)
        + struct.pack("<IQ", entry.first, entry.size)
    )


def _header(directory: int, fats: list[int], mini: int, minis: int) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, len(fats), directory, 0, _CUTOFF, mini, minis, _END, 0)
        + struct.pack("<109I", *fats, *[_FREE] * (109 - len(fats)))
    )
