"""Writes Outlook data files (MS-PST) of 64 bits: folders of messages as lists of properties."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

STORE, ROOT, _FOLDER = 0x21, 0x122, 0x8082
_MESSAGE, _FOLDERS, _CONTENTS, _FIRST = 0x04, 0x0D, 0x0E, 0x10000
_ROW, _VERSION = 0x67F20003, 0x67F30003
_BLOCK, _PAGE, _TRAILER = 64, 512, 16
_START = 0x4600
_NODES, _BLOCKS = 0x81, 0x80
_STRING, _BINARY = 0x001F, 0x0102
_SUBJECT, _BODY, _CLASS = 0x0037, 0x1000, 0x001A

Properties = Mapping[int, str | bytes]
"""The values of an item by the numbers of their properties."""

NAMED: Properties = {0x3001: "Top"}
CLASSED: Properties = {_CLASS: "IPM.Note"}
"""What a folder has, and what only a message should have."""


def outlook(*messages: Properties, tables: bool = True, top: Properties = NAMED) -> bytes:
    """Give a data file with one folder that holds the messages; its tables may be lost."""
    file, places = _File(), [(_FIRST + n) << 5 | _MESSAGE for n in range(len(messages))]
    file.node(STORE, _item({0x3001: "Personal Folders"}), 0)
    file.node(ROOT, _item(top), ROOT)
    file.node(_FOLDER, _item({0x3001: "Inbox"}), ROOT)
    if tables:
        file.node(_beside(ROOT, _FOLDERS), _table([_FOLDER]), 0)
        file.node(_beside(_FOLDER, _CONTENTS), _table(places), 0)
    for place, message in zip(places, messages, strict=True):
        file.node(place, _item({_CLASS: "IPM.Note", **message}), _FOLDER)
    return file.whole()


def note(subject: str, body: str) -> Properties:
    return {_SUBJECT: subject, _BODY: body}


class _File:
    """Blocks and pages as they are added, and where each stands."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._blocks: list[tuple[int, int, int]] = []
        self._nodes: list[tuple[int, int, int]] = []

    def node(self, identity: int, heap: bytes, parent: int) -> None:
        self._nodes.append((identity, self._block(heap), parent))

    def _block(self, data: bytes) -> int:
        """Add a block (2.2.2.8.3.1): data, filled up, and a trailer."""
        place, identity = _START + len(self._body), (len(self._blocks) + 1) * 4
        filled = data + bytes(-(len(data) + _TRAILER) % _BLOCK)
        trailer = struct.pack("<HHIQ", len(data), _sig(place, identity), _crc(data), identity)
        self._body += filled + trailer
        self._blocks.append((identity, place, len(data)))
        return identity

    def _page(self, kind: int, entries: Sequence[bytes]) -> tuple[int, int]:
        """Add the one leaf of a tree (2.2.2.7.7.1); give its identity and place."""
        self._body += bytes(-(_START + len(self._body)) % _PAGE)
        place, identity = _START + len(self._body), 0x1000 + kind * 4
        size = len(entries[0])
        data = b"".join(entries).ljust(488, b"\0")
        data += struct.pack("<BBBBI", len(entries), 488 // size, size, 0, 0)
        trailer = struct.pack("<BBHIQ", kind, kind, _sig(place, identity), _crc(data), identity)
        self._body += data + trailer
        return identity, place

    def whole(self) -> bytes:
        nodes = [struct.pack("<QQQII", n, block, 0, p, 0) for n, block, p in sorted(self._nodes)]
        blocks = [struct.pack("<QQHHI", *block, 2, 0) for block in self._blocks]
        root = (*self._page(_NODES, nodes), *self._page(_BLOCKS, blocks))
        end = _START + len(self._body)
        return _header(end, root).ljust(_START, b"\0") + bytes(self._body)


def _header(end: int, root: tuple[int, ...]) -> bytes:
    """Give the header (2.2.2.6)."""
    whole = bytearray(564)
    struct.pack_into("<HHHBB", whole, 8, int.from_bytes(b"SM", "little"), 23, 19, 1, 1)
    struct.pack_into("<IQQQQ", whole, 180, 0, end, 0x4400, 0, 0)
    struct.pack_into("<QQQQB", whole, 216, *root, 2)
    whole[256:512] = b"\xff" * 256
    whole[512] = 0x80  # no encoding
    struct.pack_into("<Q", whole, 516, 0x10000)
    struct.pack_into("<I", whole, 524, _crc(whole[8:524]))
    struct.pack_into("<4sI", whole, 0, b"!BDN", _crc(whole[8:479]))
    return bytes(whole)


def _beside(folder: int, kind: int) -> int:
    return folder & ~0x1F | kind


def _item(properties: Properties) -> bytes:
    """Give the properties of an item as a tree on a heap (2.3.3)."""
    values = [v.encode("utf-16-le") if isinstance(v, str) else v for _, v in _ordered(properties)]
    kinds = [_STRING if isinstance(v, str) else _BINARY for _, v in _ordered(properties)]
    records = b"".join(
        struct.pack("<HHI", id_, kind, (number + 3) << 5)
        for number, ((id_, _), kind) in enumerate(zip(_ordered(properties), kinds, strict=True))
    )
    tree = struct.pack("<BBBBI", 0xB5, 2, 6, 0, 2 << 5)
    return _heap(0xBC, tree, records, *values)


def _table(rows: Sequence[int]) -> bytes:
    """Give a table of what stands in a folder (2.3.4): its rows are the nodes there."""
    about = struct.pack("<BB4HIII", 0x7C, 2, 8, 8, 8, 9, 2 << 5, 4 << 5, 0)
    columns = struct.pack("<IHBBIHBB", _ROW, 0, 4, 0, _VERSION, 4, 4, 1)
    tree = struct.pack("<BBBBI", 0xB5, 4, 4, 0, 3 << 5)
    index = b"".join(struct.pack("<II", row, number) for number, row in enumerate(rows))
    matrix = b"".join(struct.pack("<IIB", row, 1, 0xC0) for row in rows)
    return _heap(0x7C, about + columns, tree, index, matrix)


def _heap(kind: int, *parts: bytes) -> bytes:
    """Give a heap of one block (2.3.1)."""
    places = [12]
    for part in parts:
        places.append(places[-1] + len(part))
    start = places[-1] + places[-1] % 2
    head = struct.pack("<HBBII", start, 0xEC, kind, 1 << 5, 0)
    table = struct.pack(f"<HH{len(places)}H", len(parts), 0, *places)
    return (head + b"".join(parts)).ljust(start, b"\0") + table


def _ordered(properties: Properties) -> Sequence[tuple[int, str | bytes]]:
    return sorted(properties.items())


def _crc(data: bytes) -> int:
    """Give the sum of 5.3, which is that of ZIP without its two complements."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def _sig(place: int, identity: int) -> int:
    """Give the signature of 5.5."""
    mixed = place ^ identity
    return (mixed >> 16 ^ mixed) & 0xFFFF
