"""Text to one byte a character, so that byte offsets of RE2 are the offsets of the text."""

from __future__ import annotations

_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_FIRST_WIDE, _LAST_WIDE, _WIDE_SHIFT = 0xFF01, 0xFF5E, 0xFEE0

_TABLE: dict[int, int] = {
    **{ord(space): ord(" ") for space in _SPACES},
    **{ord(dash): ord("-") for dash in _DASHES},
    **{wide: wide - _WIDE_SHIFT for wide in range(_FIRST_WIDE, _LAST_WIDE + 1)},
    ord("\u2028"): ord("\n"),
    ord("\u2029"): ord("\n"),
}


def fold(text: str) -> bytes:
    """Write kinds of spaces, dashes and full-width letters as ASCII; keep the length."""
    if not text.isascii():
        text = text.translate(_TABLE)
    data = text.encode("latin-1", "replace")
    return data.replace(b"\r\n", b" \n").replace(b"\r", b"\n") if b"\r" in data else data
