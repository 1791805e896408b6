"""The packets of OpenPGP: whether a message is encrypted, told by the first of them.

RFC 9580, 4.2, 5 and 6.2. A key, a signature and a message that is only signed or packed are not.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import zlib
from collections.abc import Iterator

_ARMOUR = b"-----BEGIN PGP MESSAGE-----"
_ARMOUR_WITHIN = 4096
_ARMOURED = 16 << 10
_SESSION_KEY, _SIGNATURE, _PASSWORD_KEY, _ONE_PASS = 1, 2, 3, 4
_PACKED, _OLD, _MARKER, _LITERAL, _PROTECTED, _AUTHENTIC = 8, 9, 10, 11, 18, 20
_KEYS = {_SESSION_KEY: (2, 3, 6), _PASSWORD_KEY: (4, 5, 6)}
_SEALED = frozenset((_OLD, _PROTECTED, _AUTHENTIC))
_ONE_PASS_SIZES = {3: range(13, 14), 6: range(38, 80)}
_MOST_PACKETS = 500
_NEW, _ANY = 0x40, 0x80
_ONE, _TWO, _FIVE = 192, 224, 255
_TRIED = 4096


def is_encrypted(head: bytes) -> bool:
    """Tell a message that is encrypted, binary or in armour."""
    if _is_armoured(head):
        return _begins_sealed(plain(head[: _ARMOUR_WITHIN + _ARMOURED]), enough=1)
    return _begins_sealed(head)


def is_readable(head: bytes) -> bool:
    """Tell a message that is signed or packed, but not encrypted."""
    if _is_armoured(head):
        return not is_encrypted(head)
    if len(head) < 8 or not head[0] & _ANY:  # noqa: PLR2004 - less than the smallest packet
        return False
    tag, start, size, _ = _header(head, 0)
    if tag == _ONE_PASS:
        return size in _ONE_PASS_SIZES.get(head[start], ())
    return tag == _PACKED and _holds_packets(head[start : start + _TRIED])


def _holds_packets(packed: bytes) -> bool:
    """Tell a compressed packet by what comes out of it: another packet."""
    try:
        if packed[0] == 3:  # noqa: PLR2004 - BZip2
            found = bz2.BZ2Decompressor().decompress(packed[1:], 64)
        else:
            bits = -zlib.MAX_WBITS if packed[0] == 1 else zlib.MAX_WBITS
            found = zlib.decompressobj(bits).decompress(packed[1:], 64)
    except (zlib.error, OSError, ValueError):
        return packed[0] == 3  # noqa: PLR2004 - a block of BZip2 is longer than what is tried
    return len(found) > 8 and bool(found[0] & _ANY) and _header(found, 0)[0] in _PLAIN_TAGS  # noqa: PLR2004


_PLAIN_TAGS = frozenset((_SIGNATURE, _ONE_PASS, _PACKED, _LITERAL))


def plain(data: bytes) -> bytes:
    """Return the packets, out of their armour where they have one; what is damaged ends them."""
    if not _is_armoured(data):
        return data
    lines = [line.strip() for line in data[data.index(_ARMOUR) :].splitlines()][1:]
    body = lines[lines.index(b"") + 1 :] if b"" in lines else lines
    joined = b"".join(line for line in body if b":" not in line).partition(b"=")[0]
    try:
        return base64.b64decode(joined[: len(joined) // 4 * 4])
    except binascii.Error:
        return b""


def _is_armoured(data: bytes) -> bool:
    """Tell a message in armour; with a text before it, it is that text which is read."""
    start = data.find(_ARMOUR, 0, _ARMOUR_WITHIN)
    return start >= 0 and not data[:start].strip()


def _begins_sealed(data: bytes, *, enough: int = 2) -> bool:
    """Tell keys of a session and what is encrypted with them, or so many keys that no more fits."""
    keys = 0
    for tag, version in _packets(data):
        if tag in _SEALED:
            return keys > 0
        if tag != _MARKER:
            if version not in _KEYS.get(tag, ()):
                return False
            keys += 1
    return keys >= enough


def _packets(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield each packet's tag and first byte."""
    place, padded = 0, data + bytes(8)
    for _ in range(_MOST_PACKETS):
        if place >= len(data) or not data[place] & _ANY:
            return
        tag, start, size, _ = _header(padded, place)
        yield tag, padded[start]
        place = start + size


def bodies(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each packet's tag and body; a body in parts is joined (RFC 9580, 4.2.1.4)."""
    place = 0
    for _ in range(_MOST_PACKETS):
        if place + 7 > len(data) or not data[place] & _ANY:
            return
        tag, start, size, more = _header(data, place)
        body = bytearray(data[start : start + size])
        place = start + size
        while more and place + 6 < len(data):
            start, size, more = _length(data, place)
            body += data[start : start + size]
            place = start + size
        yield tag, bytes(body)


def _header(data: bytes, place: int) -> tuple[int, int, int, bool]:
    """Return a packet's tag, where its body begins, how long this is, and whether more follow."""
    first = data[place]
    if first & _NEW:
        return first & 0x3F, *_length(data, place + 1)
    width = (1, 2, 4, 0)[first & 3]
    start = place + 1 + width
    size = int.from_bytes(data[place + 1 : start], "big") if width else len(data) - start
    return first >> 2 & 0x0F, start, size, False


def _length(data: bytes, place: int) -> tuple[int, int, bool]:
    """Read a length of the newer kind: where what it measures begins, and whether more follow."""
    first = data[place]
    if first < _ONE:
        return place + 1, first, False
    if first < _TWO:
        return place + 2, ((first - _ONE) << 8) + data[place + 1] + _ONE, False
    if first == _FIVE:
        return place + 5, int.from_bytes(data[place + 1 : place + 5], "big"), False
    return place + 1, 1 << (first & 0x1F), True
