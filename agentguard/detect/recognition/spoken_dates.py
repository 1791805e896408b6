"""Dates in words, as people dictate them: "the third of may nineteen sixty-two"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import NamedTuple

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.date_words import DateWords, Said, date_words
from agentguard.detect.recognition.spoken_runs import Token, tokens

_JOINT = later(r"[ \t\xa0,.\-\u2010-\u2015]{1,3}")
_BEHIND_DIGITS = frozenset(("st", "nd", "rd", "th", "er", "re", "o", "a"))
_MOST_BETWEEN = 2
_FULL_YEAR = 4
_OF_ONE_DIGIT, _BELOW_A_HUNDRED = 10, 100
_EARLIEST, _LATEST = 1900, 2039


class SpokenDate(NamedTuple):
    """Where a date is said, and what it is in digits: year, month and day (ISO 8601)."""

    start: int
    end: int
    written: str


class _Part(NamedTuple):
    value: int
    behind: int
    is_word: bool


def spoken_dates(text: str, start: int, end: int) -> Iterator[SpokenDate]:
    """Yield the dates of a line of which the day or the year is said in words."""
    said = tokens(text, start, end)
    words = {token.word for token in said}
    for one in date_words():
        if words.isdisjoint(one.months):
            continue
        place = 0
        while place < len(said):
            found = _date(text, said, place, one)
            if found is None:
                place += 1
                continue
            behind, written = found
            yield SpokenDate(said[place].start, said[behind - 1].end, written)
            place = behind


def _date(text: str, said: Sequence[Token], at: int, one: DateWords) -> tuple[int, str] | None:
    """Return the token behind a date that begins here, and the date."""
    first = _month(said, at, one) or _day(text, said, at, one)
    if first is None or (said[at - 1].word in one.numbers and _is_joined(text, said, at)):
        return None  # or the end of a greater number: "thirty second"
    second_at = _next(text, said, first.behind, one.of)
    is_month_first = said[at].word in one.months
    second = (_day if is_month_first else _month_of)(text, said, second_at, one)
    if second is None:
        return None
    year = _year(text, said, _next(text, said, second.behind, one.of), one)
    if year is None or not (first.is_word or second.is_word or year.is_word):
        return None
    month, day = (first, second) if is_month_first else (second, first)
    try:
        written = date(year.value, month.value, day.value).isoformat()
    except ValueError:
        return None
    return (year.behind, written) if _EARLIEST <= year.value <= _LATEST else None


def _next(text: str, said: Sequence[Token], at: int, between: AbstractSet[str]) -> int:
    """Return where the date goes on, behind "of the"; past the end where it does not."""
    for here in range(at, at + _MOST_BETWEEN + 1):
        if not _is_joined(text, said, here):
            break
        if said[here].word not in between:
            return here
    return len(said)


def _is_joined(text: str, said: Sequence[Token], at: int) -> bool:
    if not 0 < at < len(said):
        return False
    return _JOINT.fullmatch(text, said[at - 1].end, said[at].start) is not None


def _month_of(_text: str, said: Sequence[Token], at: int, one: DateWords) -> _Part | None:
    return _month(said, at, one)


def _month(said: Sequence[Token], at: int, one: DateWords) -> _Part | None:
    number = one.months.get(said[at].word) if at < len(said) else None
    return None if number is None else _Part(number, at + 1, is_word=False)


def _day(text: str, said: Sequence[Token], at: int, one: DateWords) -> _Part | None:
    if at >= len(said):
        return None
    if not said[at].is_number:
        return _named(text, said, at, one.days)
    is_ordinal = (
        at + 1 < len(said)
        and said[at + 1].word in _BEHIND_DIGITS
        and said[at].end == said[at + 1].start
    )
    day = int(said[at].word) if len(said[at].word) <= len("31") else 0
    return _Part(day, at + 1 + is_ordinal, is_word=False) if day else None


def _year(text: str, said: Sequence[Token], at: int, one: DateWords) -> _Part | None:
    if at >= len(said):
        return None
    token = said[at]
    if token.is_number:
        is_full = len(token.word) == _FULL_YEAR
        return _Part(int(token.word), at + 1, is_word=False) if is_full else None
    for word, hundreds in one.glued.items():
        rest = token.word.removeprefix(word).removeprefix("und")
        if rest != token.word and (value := _single(rest, one)) is not None:
            return _Part(hundreds + value, at + 1, is_word=True)
    century = _named(text, said, at, one.years)
    if century is None:
        return None
    more = _within(text, said, _next(text, said, century.behind, one.joints), one)
    if more is not None:
        return _Part(century.value + more.value, more.behind, is_word=True)
    is_round = (century.value > _EARLIEST and century.behind - at > 1) or token.word in _ROUND
    return century if is_round else None


_ROUND = frozenset(("zweitausend", "zwotausend", "tweeduizend", "duemila", "tvatusen"))
"""Whole years by themselves, in one word."""


def _within(text: str, said: Sequence[Token], at: int, one: DateWords) -> _Part | None:
    """Return the last two digits of a year: "sixty two", "oh five"."""
    found = _named(text, said, at, one.numbers) if at < len(said) else None
    if found is None:
        return None
    if found.value == 0:
        unit = found.behind
        last = _named(text, said, unit, one.numbers) if _is_joined(text, said, unit) else None
        return last if last is not None and 0 < last.value < _OF_ONE_DIGIT else None
    return found if found.value < _BELOW_A_HUNDRED else None


def _single(word: str, one: DateWords) -> int | None:
    return next((value for rest, value in one.numbers.get(word, ()) if not rest), None)


def _named(text: str, said: Sequence[Token], at: int, named: Said) -> _Part | None:
    """Return the number that words name here, the most of them first."""
    for rest, value in named.get(said[at].word, ()):
        behind = at + 1 + len(rest)
        if tuple(token.word for token in said[at + 1 : behind]) != rest:
            continue
        if all(_is_joined(text, said, place) for place in range(at + 1, behind)):
            return _Part(value, behind, is_word=True)
    return None
