"""Whether a file is nothing but random bytes, as containers of VeraCrypt and the like are.

They have no mark; their size is a multiple of a sector, and every part of them is random. Packed
data are not: bytes of a ZIP, a picture or a film differ from chance by the chi-square test over
64 KiB, and such files begin with a header.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter

from agentguard.detect.extractor import HEAD, Source

_SECTOR = 512
_LEAST = 64 << 10
_MIDDLE = 512 << 10  # the more, the plainer is what a packer prefers
_LIKELY = range(150, 372)
"""Chi-square over 255 degrees of freedom: 255, and five deviations of 22.6 to either side."""

_LEAST_DISTINCT = 190  # of 512 random bytes 221 differ, give or take 6
_RUN = re.compile(rb"(.)\1{3}", re.DOTALL)
_KNOWN = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x5d\x00\x00",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"Rar!",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"fLaC",
    b"FLV",
    b"\x1aE\xdf\xa3",
    b"\0\0\x01\xba",
    b"MSCF",
    b"wOF2",
    b"PACK",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf2",
    b"\xff\xfa",
)
_KNOWN_AT_4 = b"ftyp"


def is_opaque(source: Source) -> bool:
    """Tell random bytes at the head, in the middle and at the end."""
    head = source.head
    if source.size < _LEAST or source.size % _SECTOR or head.startswith(_KNOWN):
        return False
    if head[4:8] == _KNOWN_AT_4 or not _begins_random(head[:_SECTOR]) or not is_random(head):
        return False
    middle, end = source.size // 2 - _MIDDLE // 2, source.size - HEAD
    return is_random(_part(source, end, HEAD)) and is_random(_part(source, middle, _MIDDLE))


def is_random(data: bytes) -> bool:
    """Tell bytes that are all as frequent as chance makes them, and that do not pack."""
    if not data:
        return False
    expected = len(data) / 256
    counts = Counter(data)
    chi = sum((counts[byte] - expected) ** 2 for byte in range(256)) / expected
    return int(chi) in _LIKELY and len(zlib.compress(data, 1)) >= len(data)


def _begins_random(sector: bytes) -> bool:
    return len(set(sector)) >= _LEAST_DISTINCT and _RUN.search(sector) is None


def _part(source: Source, start: int, size: int) -> bytes:
    source.file.seek(max(0, start))
    return source.file.read(size)
