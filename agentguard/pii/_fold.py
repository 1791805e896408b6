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


_SLICE = 4096


def fold(text: str) -> bytes:
    """Write kinds of spaces, dashes and full-width letters as ASCII; keep the length."""
    if text.isascii():
        data = text.encode("ascii")
    else:  # most slices are ASCII even then, and need no table
        slices = (text[start : start + _SLICE] for start in range(0, len(text), _SLICE))
        data = b"".join(_slice(part) for part in slices)
    return data.replace(b"\r\n", b" \n").replace(b"\r", b"\n") if b"\r" in data else data


def _slice(text: str) -> bytes:
    if text.isascii():
        return text.encode("ascii")
    return text.translate(_TABLE).encode("latin-1", "replace")
