"""A program's command line: joined so that its words come out again, and what they tell.

The rules are those of CommandLineToArgvW in Microsoft's reference of shellapi.h.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

GUARDING = frozenset({"tray", "run"})
_PLAIN = re.compile(r"[^\s\"]+")


def joined(words: Sequence[str]) -> str:
    """Return the line; the first word is the program's path, which may hold no quote."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
    last = re.sub(r"(\\+)$", r"\1\1", inner)  # they stand before the quote
    return f'"{last}"'


def guards(words: Sequence[str]) -> bool:
    """Check whether a program of ours with these words guards a session."""
    return len(words) == 1 or bool(GUARDING.intersection(words[1:]))
