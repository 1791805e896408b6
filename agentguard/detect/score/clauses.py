"""What the words of a line say of a number that ends it, by the nearest and by what is further."""

from __future__ import annotations

import re
from functools import lru_cache

from agentguard.detect.lexicon.label_gap import SOURCE
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.score.word_classes import (
    JOINT,
    OTHER,
    OWN,
    PLAIN,
    THING,
    WEAK,
    Words,
    class_of,
    classes,
    has_thing,
    is_owner,
    last_first,
)

_SOURCE = later(SOURCE, re.IGNORECASE)
# "on file", "place of issue", and what is said out of respect in Filipino, elsewhere an order.
_ASIDES = later(
    r"\b[io]n (?:the |my |your |our )?file\b|\bin case\b"
    r"|\b(?:place|date|country|state|office|authority) of issue\b"
    r"|\b(?:ko|mo|ni?ya|ni?n?yo|namin|natin|nila|ako|siya|kami|kayo|sila|ito|yan|yun|na|pa|ba|lang"
    r"|opo|sige|tama|salamat|dito)"
    r" po\b|\bpo (?=(?:sa|ng|ang|ay|si|ako|kayo|ito|yung|yun|na|ba|lang|ni?ya|ni?n?yo|namin|natin"
    r"|nila|kami|tayo|sila|siya|yan)\b)",
    re.IGNORECASE,
)
_INITIALS = later(r"\b(?:[A-Za-z]\.){2,5}")  # "N.H.S.", where nothing else tells
_SENTENCE = later(r"[a-z\xdf-\xff]{2}[.;!?] +[A-Z]")
_BREAK = later(r"[,;.!?] ")
_NUMBERED = later(
    r"(?:\bn[o\xba\xb0]\b|\bn[r\xba\xb0]|\bnum(?:b?er|mer)?s?\b|\bn\xfamero\b|\bnum\xe9ro\b|\bnumero\b"
    r"|\bnumer\b|\bids?\b|\brefs?\b|\breferen\w*|\bcode\b|\bserial\b|#|\bkey\b)(?: [0-9]{1,12})?"
    r"[.:]?\W{0,3}(?:is|was|ist|est|es)?\W{0,3}\Z",
    re.IGNORECASE,
)
# "... for the booking: ", "for order 4821 is ": what a value was for, not what it is.
_FOR = later(
    r"\b(?:for|of|on|to|f\xfcr|zur?|pour|del?|della|do|da|voor|till?|per|para|na)"
    r" [^.,;:?!\n\x1e]{1,40}? ?"
    r"(?:[:=?]|\b(?:is|was|ist|war|est|es|era|\xe8|jest|\xe4r|er)\b)\W{0,3}\Z"
)
# A question goes on with what a value is for: "your passport for the visa file?", and the answer.
_ASKED_FOR = later(
    r"\A\W{0,2}(?:(?:number|no|nummer|n\xfamero|num\xe9ro|numero|numer)\W{1,2})?"
    r"(?:for|of|on|to|in|as|that|which|you|f\xfcr|zur?|pour|del?|della|do|da|voor|til|para|per|na)\b"
    r"(?:(?!number|nummer|n\xfamero|num\xe9ro|numero|numer|code)[^.?\n]){1,60}[.?](?=\n)",
    re.IGNORECASE,
)
# "dob=****-**-**": the label has its value, and the next line is about something else.
_HIDDEN = later(r"\A[\s:=\"'(\[]{0,4}(?:[*\xb7#]{4}|[*\xb7#xX]{2,4}[\-/. ][*\xb7#xX]{2})[^\n]*\n")
# "NHS 927 747 5242 / ", "account number 002493716068 - ": it has its number, and another follows.
_SPENT = later(
    r"[^0-9,;/|]{0,16}[0-9](?:[ .\-/]?[0-9A-Za-z]){3,24}(?:\)? ?[,;/|]|\s[^\w\s#(+]\s|\)?\s{2}|\t)"
)
_NEAR = 2

Names = tuple[str, ...]
"""Names of evidence; `weights.toml` has the weight of each."""


@lru_cache(4096)
def behind_label(gap: str, words: Words) -> Names:
    """Return what stands between a label and its value: how much, and what names another number."""
    if _HIDDEN.match(gap):
        return ("label.far", "gap.thing")
    gap = _ASKED_FOR.sub("?", _ASIDES.sub(" ", _SOURCE.sub("", gap)))
    said = [class_of(word, words) for word, _ in last_first(gap)]
    names = [f"label.{_bin(said.count(PLAIN))}"]
    if "\n" in gap:
        names.append("label.break")
    if has_thing(gap):
        names.append("gap.thing")
    if OTHER in classes(gap if words.numbers else gap.partition("\n")[2], words):
        names.append("gap.other")
    if _SENTENCE.search(gap):
        names.append("gap.sentence")
    return tuple(names)


def _bin(count: int) -> str:
    return "far" if count > _NEAR else "near" if count else "touch"


@lru_cache(4096)
def told(line: str, words: Words) -> Names:
    """Return the nearest telling word with its distance, and what else stands in the clause."""
    line = _ASIDES.sub(" ", line)
    found = _told(line, words)
    if not found and _INITIALS.search(line):
        return _told(_INITIALS.sub(lambda each: each[0].replace(".", ""), line), words)
    return found


def _told(line: str, words: Words) -> Names:
    nearest, further, behind = "", "", ""
    plain = 0
    for word, end in last_first(line):
        kind = _kind_of(word, line[end:], behind, words)
        behind = word
        if kind == PLAIN:
            plain += 1
            is_named = plain == 1 and not nearest and not words.numbers
            nearest = "unknown.numbered" if is_named and _NUMBERED.search(line) else nearest
        elif kind == JOINT:
            continue
        elif not nearest or (nearest == "unknown.numbered" and kind != OWN):
            nearest = _nearest(kind, plain, line)
        elif kind == OWN and not nearest.startswith(OWN):
            is_apart = _BREAK.search(line, end) is not None
            if nearest.startswith(WEAK) and not further and not is_apart:
                return (f"own.{_bin(plain)}",)
            is_for = not nearest.endswith("numbered") and _FOR.search(line) is not None
            return nearest, "own.for" if is_for else "own.apart" if is_apart else "own.clause"
        elif kind == THING and not further and nearest.startswith((OWN, WEAK)):
            further = "thing.clause" if nearest.startswith(OWN) else "thing.before"
    return (nearest, further) if further else (nearest,) if nearest else ()


def _kind_of(word: str, rest: str, behind: str, words: Words) -> str:
    """Return what a word says; a name whose number stands in the rest of the line says no more."""
    kind = class_of(word, words)
    if kind == THING and is_owner(word, behind):
        return PLAIN
    is_one = kind == OTHER or (kind == THING and word[-1] != "s")  # many things have many numbers
    return JOINT if is_one and _SPENT.match(rest) else kind


def _nearest(kind: str, plain: int, line: str) -> str:
    is_numbered = kind in {THING, OTHER} and not plain and _NUMBERED.search(line) is not None
    return f"{kind}.{_bin(plain)}{'.numbered' if is_numbered else ''}"


@lru_cache(1024)
def names_another(text: str, words: Words) -> bool:
    """Check whether the nearest telling word of a text names another number."""
    return told(text, words)[:1] != () and told(text, words)[0].startswith((THING, OTHER))


def deciding(line: str, words: Words) -> str:
    """Return the word of a line that is the nearest to tell whose number ends it."""
    every = ((word, class_of(word, words)) for word, _ in last_first(_ASIDES.sub(" ", line)))
    return next((word for word, kind in every if kind not in {PLAIN, JOINT}), "")
