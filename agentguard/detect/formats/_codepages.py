"""Tells code pages of one byte a letter by the letters that each language writes."""

from __future__ import annotations

from collections import Counter

from agentguard.detect.lexicon.lazy_pattern import later

_WORD = later(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_UTF_8 = later(rb"[\xc3-\xd1][\x80-\xbf]")
# No language that is written in Latin letters has so many with accents in a row.
_ALL_ACCENTS = later(rb"[\xb8-\xff]{4}")
_MOST_WORDS = 4000
_NASAL = b"\xf5e"  # o with a tilde, which stands before an e in Portuguese and nowhere else
_WEST, _MIDDLE = "utf-8", "cp1250"
"""What is no UTF-8 is read as Windows-1252 by its decoder."""

_LETTERS = {
    _WEST: (
        "\xe4\xf6\xfc\xdf",  # German
        "\xe0\xe2\xe7\xe9\xe8\xea\xeb\xee\xef\xf4\xfb\xf9\xfc\xff\u0153\xe6\xab\xbb\xb0\u2019",
        "\xe1\xe9\xed\xf3\xfa\xfc\xf1\xbf\xa1\xba\xaa\xe7\xe0\xe8\xf2\xb0",  # Spanish, Catalan
        "\xe1\xe0\xe2\xe3\xe7\xe9\xea\xed\xf3\xf4\xfa\xfc\xba\xaa\xb0",  # Portuguese
        "\xe0\xe8\xe9\xec\xed\xee\xf2\xf3\xf9\xfa\xb0\u2019",  # Italian
        "\xe5\xe4\xf6\xe6\xf8\xe9",  # Nordic
        "\xe1\xf0\xe9\xed\xf3\xfa\xfd\xfe\xe6\xf6",  # Icelandic
        "\xe9\xeb\xef\xf6\xfc\xe8\xea\xf4\xe1\xf3",  # Dutch, Afrikaans
        "\xe1\xe9\xed\xf3\xfa\u2019",  # Irish
    ),
    _MIDDLE: (
        "\u0105\u0107\u0119\u0142\u0144\xf3\u015b\u017a\u017c",  # Polish
        "\xe1\u010d\u010f\xe9\u011b\xed\u0148\xf3\u0159\u0161\u0165\xfa\u016f\xfd\u017e",  # Czech
        "\xe1\xe4\u010d\u010f\xe9\xed\u013a\u013e\u0148\xf3\xf4\u0155\u0161\u0165\xfa\xfd\u017e",
        "\xe1\xe9\xed\xf3\xf6\u0151\xfa\xfc\u0171",  # Hungarian
        "\u0103\xe2\xee\u015f\u0163",  # Romanian
        "\u010d\u0107\u0111\u0161\u017e",  # Croatian, Slovene
    ),
}
_GREEK, _CYRILLIC = b"\xe1\xe9\xef\xf4", b"\xe0\xe8\xee"
"""Letters that are common in one and rare in the other: alpha, iota, omicron, tau; a, i and o."""


def page_of(head: bytes) -> str:
    """Return the code page of a text that is no UTF-8; that of the West where none fits better."""
    if _UTF_8.search(head):  # both in one text
        return _WEST
    if _ALL_ACCENTS.search(head):
        counts = Counter(head)
        greek, cyrillic = (sum(counts[byte] for byte in of) for of in (_GREEK, _CYRILLIC))
        return "cp1253" if greek >= cyrillic else "cp1251"
    words = (word.replace(_NASAL, b"") for word in _WORD.findall(head)[:_MOST_WORDS])
    accents = [accent for word in words if (accent := frozenset(word) & _ACCENTS)]
    fit = {page: max(sum(a <= s for a in accents) for s in sets) for page, sets in _SETS.items()}
    return _MIDDLE if fit[_MIDDLE] > fit[_WEST] else _WEST


def _bytes(letters: str, page: str) -> frozenset[int]:
    every = letters + letters.upper().replace("SS", "")
    return frozenset(every.encode("cp1252" if page == _WEST else page, "ignore"))


_ACCENTS = frozenset(range(0x80, 0x100))
_SETS = {page: [_bytes(one, page) for one in many] for page, many in _LETTERS.items()}
