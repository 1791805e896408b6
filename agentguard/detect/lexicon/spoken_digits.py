"""Digits in words, as they are dictated and as speech recognition writes them down."""

from __future__ import annotations

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import DIGITS, TIMES

_DIGIT_OF = {
    word: str(digit)
    for spoken in DIGITS.values()
    for digit, alternatives in enumerate(spoken.split())
    for word in alternatives.split("|")
}
_BETWEEN = r"[ ,.\-]{1,3}"
_LETTER = later(r"[^\W\d_]")
_TOKEN = later(r"[^\W\d_]+|[0-9]")

SPOKEN = f"(?i:(?:(?:{'|'.join(TIMES)}) )?(?:{'|'.join(sorted(_DIGIT_OF, reverse=True))}))"
"""RE2: one digit in a word of any language, perhaps said to be double."""


def run(least: int, most: int) -> str:
    """Return the RE2 pattern of so many spoken digits, one behind the other."""
    return f"{SPOKEN}(?:{_BETWEEN}{SPOKEN}){{{least - 1},{most - 1}}}"


def digits_of(text: str) -> str:
    """Return the digits that a text speaks; empty when it holds another word, or no word at all.

    >>> digits_of("four five double three")
    '4533'
    """
    if _LETTER.search(text) is None:
        return ""
    said, times, words = [], 1, 0
    for token in _TOKEN.findall(text.lower()):
        digit = _DIGIT_OF.get(token, token if token.isdigit() else "")
        if token in TIMES:
            times = TIMES[token]
        elif digit:
            said.append(digit * times)
            times, words = 1, words + (not token.isdigit())
        else:
            return ""
    return "".join(said) if words else ""
