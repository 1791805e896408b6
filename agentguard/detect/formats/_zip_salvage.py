"""Members of a ZIP whose directory is cut off or damaged, by the headers before each of them.

Source: APPNOTE.TXT 4.3.7 (local file header), 4.3.9 (data descriptor), 4.4.4 and 4.4.5 (flags).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from agentguard.detect.extractor import Source, Work
from agentguard.detect.formats._zip_members import ENCRYPTED
from agentguard.detect.limits import MIB

_HEAD = struct.Struct("<4sHHHIIIIHH")
_MAGIC, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_SIZES_BEHIND, _STORED, _DEFLATED = 0x8, 0, 8
_WIDE_SIZE = 0xFFFFFFFF  # the size stands elsewhere (4.5.3)
_STEP = 64 << 10


@dataclass(frozen=True, slots=True)
class _Local:
    """Where a member's bytes begin, their number or None when it stands behind them, and how."""

    start: int
    packed: int | None
    flags: int
    method: int


def members(source: Source, work: Work) -> Iterator[bytes]:
    """Yield what the members hold, one after the other, as long as one leads to the next."""
    place = 0
    for _ in range(work.limits.members):
        local = _local(source, place)
        if local is None:
            return
        if local.flags & ENCRYPTED:
            work.note("reason.sealed-part")
            end = None if local.packed is None else local.start + local.packed
        else:
            data, end = _unpacked(source, local, work)
            yield data
        if end is None:
            return
        place = _behind(source, end) if local.flags & _SIZES_BEHIND else end


def _read(source: Source, place: int, size: int) -> bytes:
    source.file.seek(place)
    return source.file.read(size)


def _local(source: Source, place: int) -> _Local | None:
    head = _read(source, place, _HEAD.size)
    if len(head) < _HEAD.size:
        return None
    magic, _, flags, method, _, _, packed, _, name, extra = _HEAD.unpack(head)
    if magic != _MAGIC:
        return None
    is_known = packed != _WIDE_SIZE and not (flags & _SIZES_BEHIND and not packed)
    start = place + _HEAD.size + name + extra
    return _Local(start, packed if is_known else None, flags, method)


def _unpacked(source: Source, local: _Local, work: Work) -> tuple[bytes, int | None]:
    """Return a member's bytes as far as they go, and where they end if that can be told."""
    end = None if local.packed is None else local.start + local.packed
    if local.method == _DEFLATED:
        return _inflated(source, local.start, end, work)
    if local.method != _STORED or local.packed is None:
        work.note("reason.unsupported-part")
        return b"", end
    if local.packed > work.limits.part_mib * MIB:
        work.note("reason.too-large-part")
        return b"", end
    data = _read(source, local.start, local.packed)
    work.spend(len(data))
    return data, end


def _inflated(source: Source, start: int, end: int | None, work: Work) -> tuple[bytes, int | None]:
    most, unpacker, place = work.limits.part_mib * MIB, zlib.decompressobj(-zlib.MAX_WBITS), start
    found = bytearray()
    try:
        while not unpacker.eof and (data := _read(source, place, _STEP)):
            place += len(data)
            out = unpacker.decompress(data, most + 1 - len(found))
            work.spend(len(out))
            found += out
            if len(found) > most:
                work.note("reason.too-large-part")
                return b"", end
    except zlib.error:
        return bytes(found), end
    return bytes(found), place - len(unpacker.unused_data) if unpacker.eof else end


def _behind(source: Source, place: int) -> int:
    """Pass over the sizes that stand behind a member."""
    mark = _read(source, place, len(_DESCRIPTOR))
    return place + (16 if mark == _DESCRIPTOR else 12)
