"""The words of spoken dates by language, of `resources/detect/spoken.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from agentguard.detect.matching.number_words import languages, plain, words_of_speech

Said = Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]
"""By the first word what else is said, and the number that it means; the longest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateWords:
    """How one language says dates, in plain words.

    `days` are cardinal and ordinal numbers up to 31, `years` those that stand before the last two
    digits, as hundreds. `glued` are such that may be one word with these. `numbers` are 0 to 99.
    `of` may stand between its parts, `joints` before these digits.
    """

    months: Mapping[str, int]
    days: Said
    years: Said
    glued: Mapping[str, int]
    numbers: Said
    of: frozenset[str]
    joints: frozenset[str]


@cache
def date_words() -> tuple[DateWords, ...]:
    """Return the languages whose dates are read."""
    spoken = zip(words_of_speech().values(), languages(), strict=True)
    return tuple(_of(given, one.numbers) for given, one in spoken if "months" in given)


def _of(
    given: Mapping[str, object], numbers: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
) -> DateWords:
    cardinal = [
        (word, rest, int(value)) for word, entries in numbers.items() for rest, value in entries
    ]
    ordinal = [
        (*_words(said), day)
        for day, every in enumerate(str(given["ordinals"]).split(), 1)
        for said in every.split("|")
    ]
    found = given["years"]
    centuries = (
        [(str(said), int(year)) for said, year in found.items()] if isinstance(found, dict) else []
    )
    return DateWords(
        months={
            plain(said): number
            for number, every in enumerate(str(given["months"]).split(), 1)
            for said in every.split("|")
        },
        days=_said([*ordinal, *(one for one in cardinal if 1 <= one[2] <= _LAST_DAY)]),
        years=_said([(*_words(said), year) for said, year in centuries]),
        glued={plain(said): year for said, year in centuries if "-" not in said},
        numbers=_said(cardinal),
        of=frozenset(map(plain, str(given["of"]).split())),
        joints=frozenset(map(plain, str(given["and"]).split())),
    )


_LAST_DAY = 31


def _words(said: str) -> tuple[str, tuple[str, ...]]:
    first, *rest = map(plain, said.split("-"))
    return first, tuple(rest)


def _said(every: list[tuple[str, tuple[str, ...], int]]) -> Said:
    found: dict[str, set[tuple[tuple[str, ...], int]]] = {}
    for first, rest, value in every:
        found.setdefault(first, set()).add((rest, value))
    return {
        word: tuple(sorted(entries, key=lambda one: (-len(one[0]), one)))
        for word, entries in found.items()
    }
