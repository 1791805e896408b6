"""Reads what a label begins with: the ways of its first group, and the letters of each."""

from __future__ import annotations

import re
from functools import cache
from string import ascii_letters, ascii_uppercase

ANY = ""
"""Stands for what may begin with another sign than a letter or a digit of ASCII."""

_ONCE: dict[frozenset[str], frozenset[str]] = {}
"""Each set of letters once: fourteen hundred labels begin with some forty of them."""

_FIRST = re.compile(r"([A-Za-z0-9]|\[[A-Za-z0-9]+\])(?![?*{])")
_ONE = re.compile(r"\\.|\[(?:\\.|[^\]])*\]")
_AS_IT_IS = "(?-i:"
_GROUPS = ("(?:", _AS_IT_IS)
_REPEATED = ("*", "+", "{")
_CLASS = re.compile(r"\[([A-Za-z]+)\](?![?*+{])")
_MAY_BE = re.compile(r"([a-z])\?\??")
_SIGN = re.compile(r"\\[^0-9A-Za-z]|\\x[89a-f]|\[[^\]^A-Za-z\\]*\]|[^\[(.\\]")


@cache
def initials(label: str) -> frozenset[str]:
    """Return the letters and digits that a label may begin with, or an empty one alone: any sign.

    >>> sorted(initials("(?:kredit)?karten?")), sorted(initials("(?:call|ring)ed"))
    (['k'], ['c', 'r'])
    """
    found = _initials(label)
    return _ONCE.setdefault(found, found)


def _initials(label: str) -> frozenset[str]:
    if not label.startswith(_GROUPS):
        first = _FIRST.match(label)
        return frozenset(first[1].strip("[]").lower() if first else (ANY,))
    ways, rest = _ways(label)
    if rest[:1] == "?":
        ways.append(rest[1:].removeprefix("?"))
    found = frozenset[str]().union(*map(initials, ways))
    return frozenset((ANY,)) if ANY in found or rest.startswith(_REPEATED) else found


def openings(label: str) -> list[str]:
    """Write a label once for each way to begin it, so that a sign stands first where it can.

    >>> openings("(?:s|p(?:a|o))?code"), openings("(?-i:[Pp]n|SIN) no")
    (['scode', 'p(?:a|o)code', 'code'], ['(?-i:Pn) no', '(?-i:pn) no', '(?-i:SIN) no'])
    """
    if one := _CLASS.match(label):
        return [f"{letter}{label[one.end() :]}" for letter in one[1]]
    if one := _MAY_BE.match(label):
        rest = label[one.end() :]
        return [f"{one[1]}{rest}", *openings(rest)]
    if not label.startswith(_GROUPS):
        return [label]
    ways, rest = _ways(label)
    if rest.startswith(_REPEATED):
        return [label]
    further = list[str]()
    if rest[:1] == "?":
        rest = rest[1:].removeprefix("?")
        further = openings(rest)
    if label.startswith(_AS_IT_IS):
        return [f"{_AS_IT_IS}{one}){rest}" for way in ways for one in openings(way)] + further
    return [one for way in ways for one in openings(f"{way}{rest}")] + further


@cache
def followers(rest: str) -> frozenset[str] | None:
    """Return the letters, or ANY, that may come first of what follows a label; None for not told.

    >>> sorted(followers("(?:n(?:o|r)|s)?(?:'s)?"))
    ['', 'n', 's']
    """
    found = set[str]()
    for opened in filter(None, openings(rest)):
        first = opened.removeprefix(_AS_IT_IS)
        if _SIGN.match(first) is None or first[1:].startswith(_REPEATED):
            return None
        found.add(first[0].lower() if first[0] in ascii_letters else ANY)
    return frozenset(found)


def may_be_capital(opening: str) -> bool:
    """Check whether what `openings` gave may begin with a capital of ASCII."""
    first = opening.removeprefix(_AS_IT_IS)
    if _SIGN.match(first) is None:
        return True
    letters = ascii_uppercase if opening.startswith(_AS_IT_IS) else ascii_letters
    return first[0] in letters


def _ways(label: str) -> tuple[list[str], str]:
    """Return the alternatives of the group that a label begins with, and what stands behind it."""
    bare = _ONE.sub(lambda found: "c" * len(found[0]), label)
    start, depth, ways = label.index(":") + 1, 0, list[str]()
    for place in range(start, len(bare)):
        sign = bare[place]
        if depth == 0 and sign in "|)":
            ways.append(label[start:place])
            start = place + 1
            if sign == ")":
                break
        depth += (sign == "(") - (sign == ")")
    return ways, label[start:]
