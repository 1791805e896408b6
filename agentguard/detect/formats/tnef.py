"""TNEF: the winmail.dat of Outlook, with its text and its attachments.

Source: MS-OXTNEF 2.1 (the stream and its attributes); a body is compressed RTF (MS-OXRTFCP).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from agentguard.detect.binary import lzfu
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats.text import decoded, shown
from agentguard.detect.limits import MIB

_MAGIC = b"\x78\x9f\x3e\x22"
_START = 6
_ATTRIBUTE = struct.Struct("<BII")
_CHECKSUM = 2
_BODY, _SUBJECT, _FROM, _TITLE = 0x2800C, 0x18004, 0x8000, 0x18010
_DATA, _PROPERTIES, _ATTACHMENT = 0x6800F, 0x69003, 0x69005
_PACKED_RTF = b"LZFu"
_BEFORE_MARK = 8
_MOST_RTF = 8 * MIB
_MOST = 10_000


def sniff(source: Source) -> bool:
    """Tell a TNEF stream by its signature."""
    return source.head.startswith(_MAGIC)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the attributes that a person wrote, and the attachments by their formats."""
    if source.size > work.limits.part_mib * MIB:
        work.note("reason.too-large-part")
    data = source.read(min(source.size, work.limits.part_mib * MIB))
    place = _START
    for _ in range(_MOST):
        if place + _ATTRIBUTE.size > len(data):
            return
        _, id_, size = _ATTRIBUTE.unpack_from(data, place)
        start = place + _ATTRIBUTE.size
        value = data[start : start + size]
        if len(value) < size:
            work.note("reason.corrupt-part")
        yield from _value(id_, value, work)
        place = start + size + _CHECKSUM
    work.note("reason.partial")


def _value(id_: int, value: bytes, work: Work) -> Iterator[str]:
    work.spend(len(value))
    if id_ in {_BODY, _SUBJECT, _FROM, _TITLE}:
        yield decoded(value.rstrip(b"\0")) + "\n"
    elif id_ == _DATA:
        yield from work.within(value)
    elif id_ in {_PROPERTIES, _ATTACHMENT}:
        yield shown(value)
        mark = value.find(_PACKED_RTF)
        if mark >= _BEFORE_MARK:
            yield from work.within(_rtf(value[mark - _BEFORE_MARK :], work))
    yield "\n"


def _rtf(packed: bytes, work: Work) -> bytes:
    try:
        return lzfu.unpacked(packed, min(_MOST_RTF, work.limits.part_mib * MIB))
    except ValueError:
        work.note("reason.corrupt-part")
        return b""


EXTRACTOR = Extractor(name="tnef", sniff=sniff, extract=extract)
