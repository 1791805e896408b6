"""Text of mainframes (EBCDIC): its blanks, letters and digits stand where no other has them."""

from __future__ import annotations

import codecs
from typing import Any

EBCDIC = "cp037"
"""Code page of the United States and Canada. The others place letters and digits alike, and other
signs elsewhere (IBM, Character Data Representation Architecture, appendix on code pages)."""

_BLANK, _OTHER_BLANK = 0x40, 0x20
_LETTERS_AND_DIGITS = bytes(
    (
        *range(0x81, 0x8A),
        *range(0x91, 0x9A),
        *range(0xA2, 0xAA),
        *range(0xC1, 0xCA),
        *range(0xD1, 0xDA),
        *range(0xE2, 0xEA),
        *range(0xF0, 0xFA),
    )
)
_MOST, _BLANKS, _FEWER = 2, 50, 8
_LINE_END = {0x85: "\n"}


def is_ebcdic(head: bytes) -> bool:
    """Check whether more than half of the bytes are letters and digits of EBCDIC, with blanks."""
    blanks = head.count(_BLANK)
    if blanks * _BLANKS < len(head) or head.count(_OTHER_BLANK) * _FEWER > blanks:
        return False
    others = len(head.translate(None, _LETTERS_AND_DIGITS)) - blanks
    return others * _MOST < len(head) - blanks


class Decoder(codecs.IncrementalDecoder):
    """Decodes pieces; the sign for a new line is one."""

    def decode(self, data: Any, final: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002 - codecs has it
        """Return the text of a piece, a character a byte."""
        return bytes(data).decode(EBCDIC).translate(_LINE_END)
