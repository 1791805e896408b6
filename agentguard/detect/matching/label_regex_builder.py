"""Writes labels for RE2: their joints, accents and borders, and what of them costs fewer states."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from string import ascii_lowercase

from agentguard.detect.matching.regex_alternatives import ANY, followers, may_be_capital, openings

_JOINT = r"[ _.\-+]{0,2}"
_MAY_JOIN = "(?: )?"
_FLAT = r"[^()\\\[]*(?:\[[^\[\]]*\][^()\\\[]*)*"
_OPTIONAL_END = re.compile(rf"(?<=[^|(\\])\(\?:{_FLAT}(?:\(\?:{_FLAT}\)\??{_FLAT})*\)\?\Z")
_ENCODED = "%c3%[89ab][0-9a-f]"  # a letter of Latin-1 in an address (RFC 3986, 2.1; UTF-8)
_ANY_ACCENT = r"[\x80-\xff?]{1,2}"
_ACCENT = re.compile(re.escape(_ANY_ACCENT) + r"|\[[^\]]*\]|\\x([ef][0-9a-f])|[\xe0-\xf6\xf8-\xfe]")
# In a label: repeats and escapes, digits at its start, digits behind a letter, and other digits.
_NO_DIGITS = re.compile(r"\\x[0-9a-f]{2}|\{[0-9,]*\}|\\[^0-9A-Za-z]|\[\^0-9[^\]]*\]")
_FIRST_DIGIT = re.compile(r"\A(?:[0-9]+|\(\?:[a-z0-9|]*\))")
_LETTERED_DIGIT = re.compile(r"[a-z](?:[0-9]+|\[[0-9]+\]|\.)")
_MAY_BE_DIGIT = re.compile(r"[0-9.]|\[\^|\\[CDPQSWdpsw]")
_FIRST_LETTERS = re.compile(r"\A([a-z]{5})(?![?*+{]).*", re.DOTALL)
_FIRST_PART = re.compile(r"\A([a-z]{7,8})(?![a-z]?[?*+{|]).*", re.DOTALL)
# A word of a label, with nothing behind it but signs, or with what the next word begins with.
_ONE_WORD = re.compile(r"[a-z]{7,9}(?:[^a-z?*+{|][^a-z]*)?", re.DOTALL)
_NEXT_WORD = re.compile(
    rf"([a-z]{{7,9}}{re.escape(_JOINT)})\??(?:([a-z])(?![?*+{{|])|\(\?:([a-z]+(?:\|[a-z]+)*)\)(?![?*+{{]))"
)
# Letters alone, of which the last is no sign.
_LETTERS = re.compile(r"(?:[a-z]|(?<=[a-z)])\?|\[[a-z]+\]|\(\?:[a-z]+(?:\|[a-z]+)*\))+")
_CAPITALS = re.compile(r"\(\?-i:(?:[A-Z](?:[.?\\]*[A-Z])*\|?)+\)")
_ACCENTED = re.compile(r"\(\?:.\|.\|([a-z])\|%c3%\(\?:..\|..\)\)")
_ENDS_ACCENTED = re.compile(rf"{_ACCENTED.pattern}\Z")  # behind which any letter is a border
_LONGEST_CLOSED = 24
_LONGEST_SHORT = 4
_PLAIN = re.compile(r"[a-z](?![?*+{|])")


@cache
def spaced(label: str) -> str:
    """Write a label for RE2: joints for spaces, and accents in capitals, encoded or left out."""
    return _ACCENT.sub(_with_or_without, label).replace(" ", _JOINT)


@cache
def first_part(label: str, hidden: str = "") -> str:
    """Return what a label begins with: enough of it for a search, in few states.

    Where a word that ends it, or its next word, tells it from longer words ("passed", "contacts"),
    that costs less than to look into each of those. What is `hidden` follows it.
    """
    bare = _without_ends(label)
    word = _ONE_WORD.fullmatch(bare)
    if following := _NEXT_WORD.match(bare):
        letters = following[2] or "".join(sorted({w[0] for w in following[3].split("|")}))
        return f"{following[1]}[{letters}]"
    head = bare if word else _FIRST_PART.sub(r"\1", bare)
    if head != bare:
        return _led_on(head, bare[len(head) :])
    if hidden:
        return _led_on(head, hidden) if bare == label else head
    return _closed(head, label[len(bare) :])


def _closed(head: str, ends: str) -> str:
    """Let no letter follow but what one of the ends of a label begins with.

    Behind a small letter a capital may begin the next word.
    """
    further = followers(_unjoined(ends))
    bare = _ACCENTED.sub(r"\1", head)
    if further is None or len(bare) > _LONGEST_CLOSED or _ENDS_ACCENTED.search(head):
        return head
    small, last = _but(further), head[-1]
    if _CAPITALS.fullmatch(head):
        return f"{head}(?:(?-i:[^{small}{small.upper()}])|\\z)"
    if not _LETTERS.fullmatch(bare):
        return head
    if len(bare) > _LONGEST_SHORT or not _PLAIN.match(last):
        return f"(?:{head})(?:(?-i:[^{small}])|\\z)"
    ways = f"{last}(?:[^{small}]|\\z)|{last.upper()}(?:[^{small}{small.upper()}]|\\z)"
    return f"{head[:-1]}(?-i:{ways})"


def _led_on(head: str, hidden: str) -> str:
    """Let a word follow that begins as what is hidden does."""
    joint = _JOINT if hidden.startswith(_JOINT) else ""
    behind = hidden.removeprefix(joint).removeprefix("?") if joint else hidden
    further = followers(_unjoined(behind))
    if further is None:
        return head
    if ANY not in further:
        return f"(?:{head}){joint}[{''.join(sorted(further))}]"
    small = _but(further)
    return f"(?:{head}){joint}(?-i:[^{small}{small.upper()}])"


def _unjoined(label: str) -> str:
    """Write a sign that may stand there for each joint."""
    return label.replace(f"{_JOINT}?", _MAY_JOIN).replace(_JOINT, _MAY_JOIN)


def _but(letters: frozenset[str]) -> str:
    """Return all other letters."""
    return "".join(letter for letter in ascii_lowercase if letter not in letters)


def _without_ends(label: str) -> str:
    """Return what a label has at least: its optional ends cost states, and where it stands none."""
    shorter = _OPTIONAL_END.sub("", label)
    while shorter != label:
        label, shorter = shorter, _OPTIONAL_END.sub("", shorter)
    return label


def _with_or_without(found: re.Match[str]) -> str:
    if found[0] == _ANY_ACCENT:
        return f"(?:{_ANY_ACCENT}|{_ENCODED})"
    if found[0].startswith("["):
        return found[0]
    return _accented(chr(int(found[1], 16)) if found[1] else found[0])


@cache
def _accented(letter: str) -> str:
    """Return a letter as it is, as a capital, without its accent, and as an address writes it."""
    bare = unicodedata.normalize("NFD", letter)[0]
    return f"(?:{letter}|{letter.upper()}|{bare}|{_encoded(letter)})"


def _encoded(letter: str) -> str:
    """Return a small letter, and its capital, as an address writes them."""
    small, capital = (sign.encode()[-1:].hex() for sign in (letter, letter.upper()))
    return f"%c3%(?:{small}|{capital})"


def ends_at_digits(label: str) -> bool:
    """Check whether no digit goes on a label but behind a letter, as in `cvv2`."""
    if _MAY_BE_DIGIT.search(label) is None:
        return True
    bare = _NO_DIGITS.sub("", _FIRST_DIGIT.sub("", label))
    return _MAY_BE_DIGIT.search(_LETTERED_DIGIT.sub("", bare)) is None


def behind_a_border(labels: Iterable[str]) -> str:
    """Return the pattern of labels that follow no letter, or begin a word as in `customerDob`."""
    every = sorted(set(labels))
    within = inside(every)
    return f"[^A-Za-z]{outside(every)}" + (f"|[a-z]{within}" if within else "")


def outside(labels: Iterable[str]) -> str:
    """Return the pattern of labels where no letter stands before them."""
    return f"(?i:{'|'.join(sorted(set(labels)))})"


def inside(labels: Iterable[str]) -> str:
    """Return the pattern of labels that begin a word behind a small letter; empty for none.

    Sorted and grouped by their first letter, they share states: within words few of them are open,
    and seldom one, so that its first letters are enough there.
    """
    inner: dict[str, dict[str, None]] = {}
    others: list[str] = []
    for head in (opening for label in sorted(set(labels)) for opening in openings(label)):
        if _PLAIN.match(head):
            inner.setdefault(head[0].upper(), {})[_FIRST_LETTERS.sub(r"\1", head[1:])] = None
        elif may_be_capital(head):
            others.append(f"(?i:{head})")
    capitals = [f"{letter}(?i:{'|'.join(rest)})" for letter, rest in sorted(inner.items())]
    every = (*capitals, *others)
    return f"(?:{'|'.join(every)})" if every else ""
