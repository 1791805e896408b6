"""Words of a program's name, version or maker as they may be shown, whoever wrote them.

Whoever installs a program writes them: they may be of any script and length, turn the direction of
what stands beside them, or hold halves of characters that no file can be written with.
"""

from __future__ import annotations

import unicodedata

LONGEST = 200
"""Characters of a name that are kept; the longest of 1,200 real ones has 118."""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_OTHER, _CONTROL, _HALF = "\N{REPLACEMENT CHARACTER}", "Cc", "Cs"


def shown(value: object, longest: int = LONGEST) -> str:
    """Return text on one line, at most so many characters; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    kept = "".join(map(_shown, value[: longest * 8].replace("\0", "")))
    return " ".join(kept.split())[:longest].rstrip()


def _shown(character: str) -> str:
    if character in _TURNING:
        return ""
    kind = unicodedata.category(character)
    if kind == _CONTROL:
        return " "
    return _OTHER if kind == _HALF else character
