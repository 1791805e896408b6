"""Signs that turn the order of what is read: what somebody else wrote must turn nothing around it.

A file, a window or a desk may be named so that its last letters are read first, as `exe.pdf` for
what ends in `fdp.exe`, and the rest of the sentence with them. The signs that embed or override
(U+202A to U+202E) are left out wherever a name is shown: no language needs them in one, and its
letters are then read in the order in which they stand. Isolates are kept, in pairs.
"""

from __future__ import annotations

import unicodedata

ISOLATE, END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_FORCED = dict.fromkeys(range(0x202A, 0x202F))
_BEGINS = frozenset("\u2066\u2067\u2068")
_TURNED = frozenset({"R", "AL", "AN", "LRI", "RLI", "FSI", "PDI"})


def in_order(text: str) -> str:
    """Return a text of which each letter is read where it stands, and that ends what it begins."""
    if text.isascii():
        return text
    kept, open_ = [], 0
    for sign in text.translate(_FORCED):
        if sign == END and not open_:
            continue
        open_ += (sign in _BEGINS) - (sign == END)
        kept.append(sign)
    return "".join(kept) + END * open_


def turns(text: str) -> bool:
    """Check whether something in a text is read from right to left, or isolated."""
    return not text.isascii() and any(unicodedata.bidirectional(one) in _TURNED for one in text)


def isolated(text: str) -> str:
    """Return a text that turns nothing of what stands around it; an empty one as it is."""
    return f"{ISOLATE}{in_order(text)}{END}" if text else text
