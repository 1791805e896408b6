"""Answers that stand apart from what asked for them, or answer one of several things.

What a turn asks for is told by what it names, anywhere in it; which of that an answer is, by what
it would be found as. So corrections, "and the other one", questions back and remarks in between
need no rules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.score.word_classes import has_thing

_VALUE = later(r"\S*[0-9](?:.*[0-9])?\S*")
_LETTERS = later(r"[^\W\d_]{2,}")
_THANKS = words(
    "thanks thank thx cheers danke merci gracias grazie obrigado obrigada bedankt dziekuje tack"
    " takk salamat dhanyavaad shukriya"
)
_SIZES = (4, 3, 2, 1)
_SIGNS = " ?.,!:;()'\"\u2026"
_MOST_WORDS, _LONGEST_REMARK, _LONGEST = 6, 10, 240
_FEWEST_DIGITS, _SORT, _ACCOUNT = 3, 6, 8
_A_CARD = "card number 4716253910284639"
"""Beside it a code counts; it is made up, and no text of anybody."""


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def is_bare(text: str) -> bool:
    """Tell a value with few words around it, which is no question."""
    few = len(text) <= _LONGEST and _digits(text) >= _FEWEST_DIGITS
    return few and "?" not in text and len(_LETTERS.findall(text)) <= _MOST_WORDS


@lru_cache(1024)
def named(text: str) -> tuple[str, ...]:
    """Return what a turn names, behind two words, unless it names another thing right behind.

    >>> named("now your passport number, as we keep that on paper"), named("how are you")
    (('now your passport number',), ())
    """
    every, names, begin, place = text[:_LONGEST].split(), list[str](), 0, 0
    while place < len(every):
        spans = (" ".join(every[place : place + size]).strip(_SIGNS) for size in _SIZES)
        name = next((span for span in spans if span and default_scanner().is_label(span)), "")
        end = place + (len(name.split()) or 1)
        if name and not has_thing(" ".join(every[end : end + 2])):
            names.append(" ".join((*every[begin:place], name)))
        begin = end if name or every[place][-1] in _SIGNS else max(begin, end - 2)
        place = end
    return tuple(names)


def holds(text: str) -> bool:
    """Check whether a text by itself, beside a card, holds a value."""
    hits = default_scanner().scan(f"{_A_CARD}\n\n{text}\n")
    return any(hit.kind != "PAN" or hit.count > 1 for hit in hits)


class Answered(NamedTuple):
    """What was asked for, its value as it was said, and what was said beside it."""

    asked: str
    value: str
    rest: str = ""


def answered(
    text: str, earlier: Sequence[tuple[bool, str]], asks: Callable[[str], bool]
) -> Answered | None:
    """Return what a bare text answers; None where nothing tells.

    `earlier` is what was said before, the last first, and whether the same person said it. Things
    that were asked at once are answered in their order, unless another one fits alone. The number
    of a bank account may stand behind the sort code, each in an answer of its own.
    """
    value = _VALUE.search(text)
    rest = f"{text[: value.start()]} {text[value.end() :]}".strip() if value else ""
    tries = [(text, ""), (value[0], rest) if value else (text, "")]
    last = next((said for is_own, said in earlier if is_own), "")
    if _digits(last) == _SORT and _digits(text) == _ACCOUNT:
        tries.append((f"{last}, account {tries[-1][0]}", rest))
    given, is_thanked = 0, False
    for is_own, said in earlier:
        if is_own:
            given += is_bare(said)
            continue
        names = named(said)
        is_thanked |= not _THANKS.isdisjoint(said.lower().strip(_SIGNS).split())
        if is_thanked and 0 < len(names) <= given:
            return None  # all of it was answered
        turn = given % len(names) if names else 0
        if one := _fitting((*names[turn:], *names[:turn]), tries):
            return one
        if asks(said) or len(said.split()) > _LONGEST_REMARK or _digits(said):
            return None
    return None


def _fitting(names: Sequence[str], tries: Sequence[tuple[str, str]]) -> Answered | None:
    """Return the first of what was named behind which an answer would be found."""
    return next(
        (
            Answered(name, answer, rest)
            for name in names
            for answer, rest in dict.fromkeys(tries)
            if holds(f"[0:00] A: {name}?\n[0:00] B: {answer}")
        ),
        None,
    )
