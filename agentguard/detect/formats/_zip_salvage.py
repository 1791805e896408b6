"""Members of a ZIP by the headers before each of them, where its directory is no help.

It may be cut off or damaged, or list more than is held in memory.

Source: APPNOTE.TXT 4.3.7 (local file header), 4.3.9 (data descriptor), 4.4.4 and 4.4.5 (flags).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from agentguard.detect.extractor import Source, Work
from agentguard.detect.formats._zip_members import ENCRYPTED

_HEAD = struct.Struct("<4sHHHIIIIHH")
_MAGIC, _DESCRIPTOR, _DIRECTORY = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02"
_SIZES_BEHIND, _STORED, _DEFLATED = 0x8, 0, 8
_WIDE_SIZE = 0xFFFFFFFF  # the size stands elsewhere (4.5.3)
_STEP, _MOST_AT_ONCE = 64 << 10, 256 << 10


@dataclass(frozen=True, slots=True)
class _Local:
    """Where a member's bytes begin, their number or None when it stands behind them, and how."""

    start: int
    packed: int | None
    flags: int
    method: int


def members(source: Source, work: Work) -> Generator[str, None, bool]:
    """Yield the text of the members, one after the other, as long as one leads to the next.

    Return whether the last one led to a directory.
    """
    place = 0
    while (local := _local(source, place)) is not None:
        if local.flags & ENCRYPTED:
            work.note("reason.sealed-part")
            end = None if local.packed is None else local.start + local.packed
        else:
            end = yield from _member(source, local, work)
        yield "\n"
        if end is None:
            return False
        place = _behind(source, end) if local.flags & _SIZES_BEHIND else end
    return _read(source, place, len(_DIRECTORY)) == _DIRECTORY


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


def _member(source: Source, local: _Local, work: Work) -> Generator[str, None, int | None]:
    """Yield a member's text as far as it goes; return where it ends if that can be told."""
    end = None if local.packed is None else local.start + local.packed
    if local.method == _STORED and local.packed is not None:
        yield from work.unfolded(lambda: _stored(source, local), local.packed)
    elif local.method == _DEFLATED:
        yield from work.unfolded(lambda: (data for data, _end in _inflated(source, local.start)))
        if local.packed is None:
            for _data, end in _inflated(source, local.start):  # noqa: B007 - only the last counts
                yield ""  # so that time can be told
    else:
        work.note("reason.unsupported-part")
    return end


def _stored(source: Source, local: _Local) -> Iterator[bytes]:
    place, left = local.start, local.packed or 0
    while left > 0 and (data := _read(source, place, min(_STEP, left))):
        yield data
        place, left = place + len(data), left - len(data)


def _inflated(source: Source, start: int) -> Iterator[tuple[bytes, int | None]]:
    """Unpack up to the end or to where it is damaged; tell the end with the last piece."""
    unpacker, place = zlib.decompressobj(-zlib.MAX_WBITS), start
    rest = b""
    try:
        while data := rest or _read(source, place, _STEP):
            place += 0 if rest else len(data)
            out = unpacker.decompress(data, _MOST_AT_ONCE)
            rest = unpacker.unconsumed_tail
            if unpacker.eof:
                yield out, place - len(unpacker.unused_data)
                return
            yield out, None
    except zlib.error:
        return


def _behind(source: Source, place: int) -> int:
    """Pass over the sizes that stand behind a member."""
    mark = _read(source, place, len(_DESCRIPTOR))
    return place + (16 if mark == _DESCRIPTOR else 12)
