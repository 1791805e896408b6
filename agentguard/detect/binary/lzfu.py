"""Unpacks the RTF of Outlook's messages (MS-OXRTFCP)."""

from __future__ import annotations

import struct

_HEAD = struct.Struct("<IIII")
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_WINDOW = 4096
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def unpacked(data: bytes, most: int) -> bytes:
    """Return the plain RTF, at most `most` bytes of it.

    Raises:
        ValueError: it is no packed RTF.

    """
    if len(data) < _HEAD.size:
        raise ValueError
    _, size, kind, _ = _HEAD.unpack_from(data)
    if kind == _PLAIN:
        return data[_HEAD.size : _HEAD.size + min(size, most)]
    if kind != _PACKED:
        raise ValueError
    return _inflated(data, min(size, most))


def _inflated(data: bytes, most: int) -> bytes:
    """Follow runs of eight: a byte as it stands, or a place and a length in what came before."""
    out, place, end = bytearray(_START), _HEAD.size, len(data)
    most += len(_START)
    while place < end and len(out) < most:
        control = data[place]
        place += 1
        for bit in range(8):
            if place >= end:
                break
            if not control >> bit & 1:
                out.append(data[place])
                place += 1
                continue
            if place + 1 >= end:
                return bytes(out[len(_START) : most])
            offset, length = data[place] << 4 | data[place + 1] >> 4, (data[place + 1] & 15) + 2
            place += 2
            back = (len(out) - offset) % _WINDOW
            if not back:  # a reference to where the next byte goes is the end
                return bytes(out[len(_START) : most])
            _repeat(out, back, length)
    return bytes(out[len(_START) : most])


def _repeat(out: bytearray, back: int, length: int) -> None:
    start = len(out) - back
    if start < 0:  # before the beginning there are zeros
        out += bytes(length)
    elif back >= length:
        out += out[start : start + length]
    else:
        for place in range(start, start + length):
            out.append(out[place])
