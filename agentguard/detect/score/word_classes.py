"""What words say of a number near them: words of its kind, names of other numbers, joints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import FOREIGN, JOINTS, NATIONAL, NUMBERS, OWNERS, STRONG

OWN, WEAK, THING, OTHER, JOINT, PLAIN = "own", "weak", "thing", "other", "joint", "plain"

_WORDS = later(  # but no series of a document: "PR6266705"
    r"(?!\b[A-Z]{1,2}[0-9]|(?<=[A-Z])[A-Z][0-9])[A-Z\xc0-\xd6\xd8-\xde]+(?![a-z\xdf-\xf6\xf8-\xff])"
    r"|[A-Z\xc0-\xd6\xd8-\xde]?[a-z\xdf-\xf6\xf8-\xff]+"
)
_COMPOUND = later(r".{3,}(?:nummern?|nummers|nr|kennung|kenmerk)")  # German, Dutch, Swedish
_GLUED = later(r"(.{3,}?)(?:ids?|nos?|num|numbers?|numero|nro|refs?|codes?|key)")
_LED = later(
    r"(?:n(?:u|\xfa)meros?|num(?:e|\xe9)ro|num|nummer|number|numer|nr)(?:d(?:e(?:l(?:la|l)?)?|[aiou])|van|of)?"
    r"(.{4,})"
)
_SHORTEST = 4
_OTHERS = frozenset().union(*FOREIGN.values())


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a kind; `weak` ones name much else as well. Told from others by identity.

    `numbers` says that "number" alone may name it, as it does a telephone's.
    """

    own: frozenset[str]
    weak: frozenset[str] = frozenset()
    numbers: bool = False


NOBODY_S = Words(frozenset())
"""Words of no kind, by which a name is told that names another number."""


@lru_cache(256)
def words_of(
    own: frozenset[str], weak: frozenset[str], labels: tuple[str, ...], *, numbers: bool
) -> Words:
    """Return the words of a kind: its own, and those of its labels that name a state's number."""
    every = "|".join(labels).replace(" ", "[ _.+-]{0,2}").replace("\x1f", "")
    named = re.compile(every, re.IGNORECASE).fullmatch
    labelled = (word for word in NATIONAL if labels and named(word))
    return Words(own.union(weak, labelled), weak, numbers)


def last_first(text: str) -> Iterator[tuple[str, int]]:
    """Yield the words of a text in small letters, the last one first, and where each ends."""
    return ((found[0].lower(), found.end()) for found in reversed([*_WORDS.finditer(text)]))


def classes(text: str, words: Words) -> list[str]:
    """Return what the words of a text say of a number."""
    return [class_of(word, words) for word in map(str.lower, _WORDS.findall(text))]


def has_thing(text: str) -> bool:
    """Check whether a word between a label or a part of a value and what follows names another."""
    return any(word.lower() in STRONG for word in _WORDS.findall(text))


def is_owner(word: str, behind: str) -> bool:
    """Check whether a word only says whose the thing behind it is: "customer.notes"."""
    return word in OWNERS and behind != "" and behind not in NUMBERS


@lru_cache(16384)
def class_of(word: str, words: Words) -> str:
    """Return what a word in small letters says of a number."""
    if word in words.own:
        return WEAK if word in words.weak else OWN
    if word in _OTHERS or word.removesuffix("s") in _OTHERS:
        return THING
    if word in NATIONAL:
        return OTHER
    if _COMPOUND.fullmatch(word):
        return OWN if any(len(o) >= _SHORTEST and o in word for o in words.own) else THING
    return JOINT if word in NUMBERS or word in JOINTS else _by_stem(word, words)


def _by_stem(word: str, words: Words) -> str:
    """Return what a name whose words are written as one says: "orderid", "numerodellacarta"."""
    glued = _GLUED.fullmatch(word) or _LED.fullmatch(word)
    stem = glued[1] if glued is not None else ""
    if stem in words.own:
        return THING if stem in words.weak else OWN  # "paymentref"
    if stem in _OTHERS:
        return THING
    return OTHER if stem in NATIONAL else PLAIN
