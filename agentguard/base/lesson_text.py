"""Judges the words of a lesson: plain ones, of a bounded length, without HTML and without links."""

from __future__ import annotations

import re
import unicodedata

_LINK = re.compile(r"https?:|www\.|mailto:|\]\(|!\[", re.IGNORECASE)
_STRANGE = frozenset("<>`[]\\|#~")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b")
"""Signs that turn or hide what stands behind them."""
MOST_SIGNS = 600
LONGEST_WORD = 40


def fault(text: str, most_words: int, *, simple_markdown: bool = False) -> tuple[str, str]:
    """Return what is wrong with a text, as an id of `lesson.problem` and a word; empty for nothing.

    With `simple_markdown`, stars for emphasis, paragraphs and lists by hyphens are allowed.
    """
    if not text.strip():
        return "empty", ""
    if not unicodedata.is_normalized("NFC", text):
        return "not-nfc", ""
    if found := _LINK.search(text):
        return "link", found[0]
    if "\n" in text and not simple_markdown:
        return "one-line", ""
    strange = next((one for one in text if _is_strange(one, simple_markdown=simple_markdown)), "")
    if strange:
        return "sign", strange if strange.isprintable() else f"U+{ord(strange):04X}"
    return _length(text, most_words)


def _is_strange(sign: str, *, simple_markdown: bool) -> bool:
    if sign in _STRANGE or sign in _TURNS or (sign == "*" and not simple_markdown):
        return True
    return unicodedata.category(sign) in {"Cc", "Cs"} and sign != "\n"


def _length(text: str, most_words: int) -> tuple[str, str]:
    words = [word for word in re.split(r"[\s*]+", text) if word.strip("-")]
    if len(words) > most_words:
        return "many-words", str(len(words))
    if len(text) > MOST_SIGNS:
        return "long", str(MOST_SIGNS)
    longest = max(words, key=len, default="")
    return ("long-word", longest[:LONGEST_WORD]) if len(longest) > LONGEST_WORD else ("", "")
