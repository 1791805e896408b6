"""Text to one byte a character, so that byte offsets of RE2 are the offsets of the text."""

from __future__ import annotations

import codecs
import unicodedata

_SPACES = (
    "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
_FIRST_WIDE, _LAST_WIDE, _WIDE_SHIFT = 0xFF01, 0xFF5E, 0xFEE0

# The noughts of the scripts that write numbers with digits of their own (Unicode, category Nd).
_NOUGHTS = (
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
)  # fmt: skip
_LETTERS = ((0x0100, 0x0180), (0x0218, 0x021C), (0x1E00, 0x1F00))
_STROKES = {"\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D", "\u0131": "i"}

# Greek and Cyrillic letters are written as the Latin ones that their capitals look like, since
# numbers are typed with either; the others as the ones that they sound like.
_GREEK = dict(
    zip(
        "\u0391\u0392\u0393\u0394\u0395\u0396\u0397\u0398\u0399\u039a\u039b\u039c"
        "\u039d\u039e\u039f\u03a0\u03a1\u03a3\u03a4\u03a5\u03a6\u03a7\u03a8\u03a9",
        "ABGDEZHQIKLMNJOPPSTYFXCW",
        strict=True,
    )
)
_CYRILLIC = dict(
    zip(map(chr, range(0x0410, 0x0430)), "ABBGDEJZIIKLMHOPPCTYFXQQWWQUQEUR", strict=True)
)
_DEVANAGARI = dict(
    zip(
        "\u0905\u0906\u0907\u0908\u0909\u090a\u090b\u090f\u0910\u0913\u0914\u0915\u0916"
        "\u0917\u0918\u0919\u091a\u091b\u091c\u091d\u091e\u091f\u0920\u0921\u0922\u0923"
        "\u0924\u0925\u0926\u0927\u0928\u092a\u092b\u092c\u092d\u092e\u092f\u0930\u0932"
        "\u0935\u0936\u0937\u0938\u0939\u0901\u0902\u0903\u093c\u093e\u093f\u0940\u0941"
        "\u0942\u0943\u0947\u0948\u094b\u094c\u094d",
        "aaiiuureeookkggnccjjnttddnttddnpfbbmyrlvssshnnhhaiiuureeooh",
        strict=True,
    )
)
"""Letters by their sound alone; the signs that part or dot a consonant are written as an h."""

_ARABIC = dict(
    zip(
        "\u0621\u0622\u0623\u0624\u0625\u0626\u0627\u0628\u0629\u062a\u062b\u062c\u062d\u062e"
        "\u062f\u0630\u0631\u0632\u0633\u0634\u0635\u0636\u0637\u0638\u0639\u063a\u0641\u0642"
        "\u0643\u0644\u0645\u0646\u0647\u0648\u0649\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc"
        "\u0640\u060c\u061b\u061f",
        "aaawayabhttjhkddrzsssdtzegfqklmnhwyypcjkgy-,;?",
        strict=True,
    )
)
"""The same of Arabic, with the letters that Persian and Urdu add, and its marks."""

_BEYOND_LATIN = ((0x0370, 0x0400), (0x0400, 0x0460), (0x1F00, 0x2000))
_CAPITALS = _GREEK | _CYRILLIC | {"\u0405": "S", "\u0406": "I", "\u0408": "J"}


def _base(letter: int) -> str:
    return unicodedata.normalize("NFD", chr(letter))[0]


def _latin(letter: int) -> str:
    """Return the Latin letter for a Greek or Cyrillic one; empty when it has none."""
    base = _base(letter)
    found = _CAPITALS.get(base.upper(), "")
    return found if base.isupper() else found.lower()


_TABLE: dict[int, int | str] = {
    **{letter: _base(letter) for first, end in _LETTERS for letter in range(first, end)},
    **{ord(letter): base for letter, base in _STROKES.items()},
    **{
        letter: latin
        for first, end in _BEYOND_LATIN
        for letter in range(first, end)
        if (latin := _latin(letter))
    },
    **{ord(letter): latin for letter, latin in (_DEVANAGARI | _ARABIC).items()},
    **{ord(space): " " for space in _SPACES},
    **{ord(dash): "-" for dash in _DASHES},
    **{wide: wide - _WIDE_SHIFT for wide in range(_FIRST_WIDE, _LAST_WIDE + 1)},
    **{nought + digit: str(digit) for nought in _NOUGHTS for digit in range(10)},
    0x2028: "\n",
    0x2029: "\n",
}
_LATIN = ((b"\xa0", b" "), (b"\xad", b"-"), (b"\x85", b"\n"))
"""No-break space, soft hyphen, next line: looked for one by one, which costs less than a table."""


def _folded(error: UnicodeError) -> tuple[bytes, int]:
    """Return the bytes for a run of characters beyond Latin-1."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    run = error.object[error.start : error.end]
    return run.translate(_TABLE).encode("latin-1", "replace"), error.end


_HANDLER = "agentguard-fold"
codecs.register_error(_HANDLER, _folded)


def fold(text: str) -> bytes:
    """Write spaces, dashes, digits and letters of many kinds as ASCII; keep the length."""
    if text.isascii():
        data = text.encode("ascii")
    else:
        data = text.encode("latin-1", _HANDLER)
        for sign, plain in _LATIN:
            data = data.replace(sign, plain)
    return data.replace(b"\r\n", b" \n").replace(b"\r", b"\n") if b"\r" in data else data
