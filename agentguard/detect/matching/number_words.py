"""The words of spoken numbers by language: `resources/detect/spoken.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from agentguard.base import paths
from agentguard.detect.matching.re2_engine import Pattern

Entry = tuple[tuple[str, ...], str]
"""The further words of a number, and its digits."""

_ARABIC = str.maketrans({"\u0629": "\u0647", "\u0649": "\u064a"})
_JOINT = r"[^A-Za-z0-9\n:;/_=\"'()<>]{1,4}"
_STEM = 4
_LONG = 9
"""Letters of the longest word for a number below twenty that is a century's too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How one language says numbers, in plain words."""

    numbers: Mapping[str, tuple[Entry, ...]]
    times: Mapping[str, int]
    fillers: frozenset[str]
    hums: frozenset[str]
    delays: Mapping[str, tuple[tuple[str, ...], ...]]
    units: frozenset[str]
    nods: frozenset[str]
    plus: frozenset[str]
    begins: frozenset[str]
    """The words with which a number may begin, or go on behind a pause."""


@lru_cache(4096)
def plain(word: str) -> str:
    r"""Return a word without the marks and the case that people leave out.

    >>> plain("Tr\xeas"), plain("d\xe9j\xe0")
    ('tres', 'deja')
    """
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(c for c in apart if unicodedata.category(c) != "Mn").translate(_ARABIC)


@cache
def words_of_speech() -> Mapping[str, Mapping[str, object]]:
    """Return what the file says, by language."""
    file = paths.resources() / "detect" / "spoken.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def languages() -> tuple[Language, ...]:
    """Return every language, those with which others are mixed before these."""
    every = words_of_speech()
    return tuple(_language(code, every) for code in every)


def _language(code: str, every: Mapping[str, Mapping[str, object]]) -> Language:
    """Return a language, with the words of another one that its speakers mix in."""
    codes = tuple(filter(None, (code, str(every[code].get("with", "")))))
    numbers: dict[str, list[Entry]] = {}
    times: dict[str, int] = {}
    for each in codes:
        for value, said in enumerate(str(every[each]["numbers"]).split()):
            for alternative in said.split("|"):
                first, *rest = map(plain, alternative.split("-"))
                numbers.setdefault(first, []).append((tuple(rest), str(value)))
        times |= {plain(word): many for word, many in _times(every[each]).items()}
    sets = {
        name: frozenset(plain(w) for each in codes for w in str(every[each][name]).split())
        for name in ("fillers", "hums", "units", "nods", "plus")
    }
    delays: dict[str, tuple[tuple[str, ...], ...]] = {}
    for said in (words for each in codes for words in str(every[each]["delays"]).split()):
        first, *rest = map(plain, said.split("-"))
        delays[first] = (*delays.get(first, ()), tuple(rest))
    longest = {word: tuple(sorted(set(e), key=lambda x: -len(x[0]))) for word, e in numbers.items()}
    begins = frozenset((*numbers, *times, *sets["hums"]))
    return Language(numbers=longest, times=times, begins=begins, delays=delays, **sets)


@cache
def hums() -> frozenset[str]:
    """Return the sounds with which people pause, in any language."""
    return frozenset().union(*(one.hums for one in languages()))


def spoken_lines(text: str) -> list[int]:
    r"""Return the numbers of the lines in which words of a number may follow each other, from 0.

    >>> spoken_lines("no number\nfour five"), spoken_lines("four of five")
    ([1], [])
    """
    data = text.encode("utf-8", "surrogatepass")
    lines: list[int] = []
    line, done = 0, 0
    for start, _ in _trigger(ascii_only=len(data) == len(text)).each(data, 0, len(data)):
        line += data.count(b"\n", done, start)
        done = start
        if lines[-1:] != [line]:
            lines.append(line)
    return lines


@cache
def _trigger(*, ascii_only: bool) -> Pattern:
    """Return the RE2 of how such numbers begin, for bytes of UTF-8."""
    begins: list[str] = []
    hums: set[str] = set()
    for code, given in words_of_speech().items():
        codes = tuple(filter(None, (code, str(given.get("with", "")))))
        words = _words(codes, ascii_only=ascii_only)
        if not words:
            continue
        one = "|".join(sorted({_stem(word) for word in words}))
        begins.append(f"(?:{one}){_JOINT}(?:{one}|[0-9])")
        begins.append(f"[0-9]{_JOINT}(?:{one})")
        begins += _centuries(given, ascii_only=ascii_only)
        pauses = f"{given['hums']} {given['delays']}".split()
        hums |= {pause for pause in pauses if pause.isascii() or not ascii_only}
    said = "|".join("[ ,]{1,2}".join(map(_bytes, hum.split("-"))) for hum in sorted(hums))
    filled = f"[0-9]{_JOINT}(?:{said}){_JOINT}[0-9]"
    return Pattern(f"(?i:{'|'.join((*begins, filled))})")


def _centuries(given: Mapping[str, object], *, ascii_only: bool) -> list[str]:
    """Return the patterns of centuries that are no numbers below a hundred."""
    years = given.get("years")
    said = [str(words).split("-") for words in years] if isinstance(years, dict) else []
    rare = [words for words in said if len(words) > 1 or len(words[0]) > _LONG]
    plainly = {tuple(word) for word in rare} | {tuple(map(plain, word)) for word in rare}
    return [
        r"\b" + _JOINT.join(map(_bytes, words))
        for words in sorted(plainly)
        if all(word.isascii() for word in words) or not ascii_only
    ]


def _words(codes: tuple[str, ...], *, ascii_only: bool) -> set[str]:
    every = words_of_speech()
    said = (str(every[code]["numbers"]).replace("|", " ").split() for code in codes)
    times = (_times(every[code]) for code in codes)
    words = {word.split("-")[0] for word in chain(*said, *times)}
    words |= {plain(word) for word in words}
    return {word for word in words if word and (word.isascii() or not ascii_only)}


def _times(given: Mapping[str, object]) -> dict[str, int]:
    """Return how often the digit behind a word is meant: "double" is twice."""
    times = given["times"]
    return {str(word): int(many) for word, many in times.items()} if isinstance(times, dict) else {}


def _stem(word: str) -> str:
    """Return the pattern of a word by its first letters: fewer steps, and few other words."""
    border = r"\b" if word[0].isascii() else ""
    if len(word) <= _STEM:
        return border + _bytes(word) + (r"\b" if word[-1].isascii() else "")
    return border + _bytes(word[:_STEM]) + r"[a-z\x80-\xff]*"


def _bytes(word: str) -> str:
    return re.escape(word.encode().decode("latin-1"))
