"""Writes compound files: each stream in sectors of its own, as large streams are."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Give a compound file; streams under 4 KiB are filled up with zeros."""
    body = b""
    table: list[int] = []
    places: list[tuple[int, int]] = []
    for data in streams.values():
        filled = data.ljust(4096, b"\0")
        filled += bytes(-len(filled) % _SECTOR)
        first, count = len(table), len(filled) // _SECTOR
        table += [*range(first + 1, first + count), _END]
        places.append((first, max(4096, len(data))))
        body += filled
    entries = [_entry("Root Entry", 5, _END, 0)]
    entries += [_entry(n, 2, *place) for n, place in zip(streams, places, strict=True)]
    directory = b"".join(entries)
    directory += bytes(-len(directory) % _SECTOR)
    first, count = len(table), len(directory) // _SECTOR
    table += [*range(first + 1, first + count), _END]
    fats = 1 + (len(table) + 1) // 128
    fat_sectors = range(len(table), len(table) + fats)
    table += [_FAT] * fats
    fat = struct.pack(f"<{len(table)}I", *table).ljust(fats * _SECTOR, b"\xff")
    return _header(first, list(fat_sectors)) + body + directory + fat


def _entry(name: str, kind: int, first: int, size: int) -> bytes:
    wide = name.encode("utf-16-le") + b"\0\0"
    return (
        wide.ljust(64, b"\0")
        + struct.pack("<HBB", len(wide), kind, 1)
        + struct.pack("<III", _FREE, _FREE, _FREE)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )


def _header(directory: int, fats: list[int]) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, len(fats), directory, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<109I", *fats, *[_FREE] * (109 - len(fats)))
    )
