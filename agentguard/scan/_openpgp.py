"""Whether OpenPGP data are encrypted, told by their first packets (RFC 9580, 4.2 and 5).

A key, a signature and a message that is only signed or packed are not encrypted.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

_ARMOUR = b"-----BEGIN PGP MESSAGE-----"
_ARMOUR_WITHIN = 4096
_ARMOURED = 16 << 10
_SESSION_KEY, _PASSWORD_KEY, _OLD, _MARKER, _PROTECTED, _AUTHENTIC = 1, 3, 9, 10, 18, 20
_KEYS = {_SESSION_KEY: (2, 3, 6), _PASSWORD_KEY: (4, 5, 6)}
_SEALED = frozenset((_OLD, _PROTECTED, _AUTHENTIC))
_MOST_PACKETS = 500
_NEW, _ANY = 0x40, 0x80
_ONE, _TWO, _FIVE = 192, 224, 255


def is_encrypted(head: bytes) -> bool:
    """Tell a message that is encrypted, binary or in armour that begins within the first lines."""
    start = head.find(_ARMOUR, 0, _ARMOUR_WITHIN)
    if start < 0:
        return _begins_sealed(head)
    if head[:start].strip():
        return False  # a text around it, which is read
    return _begins_sealed(_unarmoured(head[start + len(_ARMOUR) : start + _ARMOURED]), enough=1)


def _unarmoured(text: bytes) -> bytes:
    """Give the first bytes within an armour; headers end with an empty line (RFC 9580, 6.2)."""
    lines = [line.strip() for line in text.splitlines()][1:]
    body = lines[lines.index(b"") + 1 :] if b"" in lines else lines
    joined = b"".join(line for line in body if b":" not in line).partition(b"=")[0]
    try:
        return base64.b64decode(joined[: len(joined) // 4 * 4])
    except binascii.Error:
        return b""


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
    """Give each packet's tag and first byte."""
    place = 0
    for _ in range(_MOST_PACKETS):
        if place + 6 > len(data) or not data[place] & _ANY:
            return
        tag, start, size = _header(data, place)
        yield tag, data[start]
        place = start + size


def _header(data: bytes, place: int) -> tuple[int, int, int]:
    """Give a packet's tag, where its body begins, and how long this is."""
    first, length = data[place], data[place + 1]
    if not first & _NEW:
        kind = first & 3
        width = (1, 2, 4, 0)[kind]
        size = int.from_bytes(data[place + 1 : place + 1 + width], "big") if width else len(data)
        return first >> 2 & 0x0F, place + 1 + width, size
    tag = first & 0x3F
    if length < _ONE:
        return tag, place + 2, length
    if length < _TWO:
        return tag, place + 3, ((length - _ONE) << 8) + data[place + 2] + _ONE
    if length == _FIVE:
        return (
            tag,
            place + 6 if place + 6 < len(data) else place + 5,
            int.from_bytes(data[place + 2 : place + 6], "big"),
        )
    return tag, place + 2, 1 << (length & 0x1F)
