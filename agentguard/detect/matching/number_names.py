"""Whose number it is, by the words around it: a label of its own, or the name of another number."""

from __future__ import annotations

import re
from functools import lru_cache

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import FOREIGN, NATIONAL, NUMBERS, OWNERS, WEAK
from agentguard.detect.matching.label_gap import BEHIND_JOINT, SOURCE

_WORDS = later(  # but no series of a document: "PR6266705"
    r"(?!\b[A-Z]{1,2}[0-9]|(?<=[A-Z])[A-Z][0-9])[A-Z\xc0-\xd6\xd8-\xde]+(?![a-z\xdf-\xf6\xf8-\xff])"
    r"|[A-Z\xc0-\xd6\xd8-\xde]?[a-z\xdf-\xf6\xf8-\xff]+"
)
_SOURCE = later(SOURCE, re.IGNORECASE)
_COMPOUND = later(r".{3,}(?:nummern?|nummers|nr|kennung|kenmerk)")  # German, Dutch, Swedish
_GLUED = later(r"(.{3,}?)(?:ids?|nos?|num|numbers?|numero|nro|refs?|codes?|key)")
_LED = later(
    r"(?:n(?:u|\xfa)meros?|num(?:e|\xe9)ro|num|nummer|number|numer|nr)(?:d(?:e(?:l(?:la|l)?)?|[aiou])|van|of)?"
    r"(.{4,})"
)
_NUMBERED = later(r"\An(?:\xfa|u|r)m?|(?:nos?|num|numbers?|numero|nro)\Z")
_ON_FILE = later(r"\b[io]n (?:the |my |your |our )?file\b", re.IGNORECASE)
_OF_ISSUE = later(r"\b(?:place|date|country|state|office|authority) of issue\b", re.IGNORECASE)
# Said out of respect in Filipino, between its own short words; elsewhere it is a purchase order.
_POLITE = later(
    r"\b(?:(?:ko|mo|ni?ya|ni?n?yo|namin|natin|nila|ako|siya|kami|kayo|sila|ito|yan|yun|na|pa|ba|lang)"
    r" po\b|po (?=(?:sa|ng|ang|ay|si|ako|kayo|ito|yung|yun|na|ba|lang|ni?ya)\b))"
)
_INITIALS = later(r"\b(?:[A-Za-z]\.){2,5}")  # "N.H.S.", where nothing else tells
_STEM = 4
_MOST_GAPS = 256
_MOST_WORDS = 2048
_BEHIND = later(
    r"[ \t]{0,4}[(\[] ?([^()\[\]0-9\n\x1e]{2,40})[)\]]"
    r"|[ \t]{1,4}(?:--?|<-|#)[ \t]([^0-9\n\x1e]{2,32})(?:[\n\x1e]|\Z)"
    rf"|[,)]?{BEHIND_JOINT}([^0-9,.;:!?\n\x1e]{{2,32}})"
    r"|[\"']?,? (?:prompt|field|slot|label|question|entry|param(?:eter)?|type|purpose)=[\"']?"
    r"([A-Za-z_.\- ]{2,32})",
    re.IGNORECASE,
)


def said_behind(after: str) -> str:
    """Return what is said of a number right behind it: "... (order)", "... is the order number".

    In logs of what was keyed or filled in that is the field: "4...' prompt=card_number".
    """
    found = _BEHIND.match(after)
    return "" if found is None else found[found.lastindex or 0]


def above_cell(this: str, above: str) -> str:
    """Return what stands in the line above in the same column, as in a table within a text."""
    joint = next(sign for sign in "\t|;," if sign in this)
    cells = above.split(joint)
    place = this.count(joint)
    return cells[place] if len(cells) > place else ""


def nearest(line: str, own: frozenset[str]) -> tuple[str, bool | None]:
    """Return the telling word nearest to the line's end, and whether it is an own one."""
    found = _nearest(line, own)
    if found[1] is None and _INITIALS.search(line):
        return _nearest(_INITIALS.sub(lambda each: each[0].replace(".", ""), line), own)
    return found


def _nearest(line: str, own: frozenset[str]) -> tuple[str, bool | None]:
    if "file" in line.lower() or " po" in line:
        line = _POLITE.sub(" ", _ON_FILE.sub(" ", line))
    behind = ""
    for word in reversed(_WORDS.findall(line)):
        low = word.lower()
        if low in own:
            return low, True
        is_other, is_compound, stem = _read(low)
        if is_other:
            is_owner = low in OWNERS and behind and behind not in NUMBERS  # "customer.notes"
            if not is_owner:
                return low, False
        if is_compound:
            return low, any(len(o) >= _STEM and o in low for o in own)
        if stem in _OTHERS or stem in own:  # "orderid", "numerodellacarta"
            return low, stem in own and _NUMBERED.search(low) is not None
        behind = low
    return "", None


@lru_cache(_MOST_WORDS)
def _read(word: str) -> tuple[bool, bool, str]:
    """Return whether a word is in a list or made of two, and its stem: texts repeat their words."""
    is_other = word in _OTHERS or word.removesuffix("s") in _OTHERS
    return is_other, _COMPOUND.fullmatch(word) is not None, _stem(word)


def _stem(word: str) -> str:
    """Return what a name whose words are written as one is the number of."""
    glued = _GLUED.fullmatch(word) or _LED.fullmatch(word)
    return glued[1] if glued is not None else ""


@lru_cache(_MOST_GAPS)
def foreign_word(gap: str) -> str:
    """Return a word between a label and a value that names another number; empty when none does."""
    gap = _OF_ISSUE.sub(" ", _ON_FILE.sub(" ", _SOURCE.sub("", gap)))
    every = _WORDS.findall(gap)
    if not every:
        return ""
    low = (word.lower() for word in every)
    below = (word.lower() for word in _WORDS.findall(gap.partition("\n")[2]))
    named = next((word for word in low if word in _STRONG), "")
    return named or next((word for word in below if word in NATIONAL), "")


def speaks_of_another(gap: str) -> bool:
    """Check whether the words between a label and a value name another number."""
    return foreign_word(gap) != ""


_STRONG = frozenset().union(*FOREIGN.values()) - WEAK
_OTHERS = frozenset().union(NATIONAL, *FOREIGN.values())
