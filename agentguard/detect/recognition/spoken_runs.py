"""Runs of spoken numbers within a line: where they stand, their digits, what else is said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.number_words import Language, hums, languages, plain

_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f"
_TOKEN = later(rf"(?:[^\W\d_]|[{_MARKS}])+(?:['\u2019][^\W\d_]+)?|\d+")
_LETTER = later(rf"[^\W\d_]|[{_MARKS}]")
_JOINT = later(r"[ \t\xa0,.\-\u2010-\u2015\u2026\u060c;]{1,5}")
_TIGHT = later(r"[ \xa0\-\u2010\u2011]{1,2}")
_ENDS = later(r"(?<!\.)\.\s|;")
_MONEY = frozenset("$\xa3\u20ac\xa5\u20b9\u20b1#")
_SPEAKER = later(
    r"\s*(?:<v[^<>]{0,40}>"
    r"|(?:[\[(]?[0-9][0-9:.,\- TZ]{3,24}[\])]?\s*)?(?:[^\n:<>\d]|\d(?!\d)){0,48}?[:>]\s)"
)
# On a line of its own: "Bob Holt  0:12", "Speaker 1  0:12", "[10:14 AM] Bob", or a cue's
# "00:00:01.000 --> 00:00:05.000".
_HEAD = later(
    r"\s*(?:[^\W\d_][^\n:\d]{0,40}(?:\s\d{1,2})?\s+[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?[\])]?"
    r"|[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?[\])]?\s+[^\W\d_][^\n:\d]{0,40}(?:\s\d{1,2})?"
    r"|[^\n]*-->[^\n]*)\s*"
)
_LONGEST_WRITTEN, _MOST_FILLERS = 19, 2
_FEWEST_DIGITS, _FEWEST_TOKENS, _SAFE, _COUNTING = 3, 3, 7, 4
_OF_A_YEAR, _CENTURIES = 2, frozenset(("18", "19", "20"))


class Token(NamedTuple):
    """A word or number of a line, plainly written."""

    start: int
    end: int
    word: str
    is_number: bool


class Run(NamedTuple):
    """A number as somebody says it without a break, in words or partly so."""

    start: int
    end: int
    digits: str
    values: tuple[str, ...]
    words: int
    beside: int
    """How many words of the line are no nods, and no part of it."""
    who: str
    """Who says it; empty where the line does not tell."""
    stands: bool
    """Whether it may be somebody's number by itself, and not an amount, a count or a time."""

    @property
    def is_spoken(self) -> bool:
        """Check whether any of it is said in words, or with fillers between."""
        return self.words > 0


def speech_begins(text: str, start: int, end: int) -> int:
    """Return where in a line what is said begins, behind who says it and when."""
    if _HEAD.fullmatch(text, start, end):
        return end
    mark = _SPEAKER.match(text, start, end)
    return mark.end() if mark else start


def tokens(text: str, start: int, end: int) -> list[Token]:
    """Return the words and numbers of a piece of text."""
    found = []
    for match in _TOKEN.finditer(text, start, end):
        word = match[0]
        if text[max(0, match.start() - 2) : match.start()].strip("/ ").endswith("<"):
            continue  # a mark, as of who speaks
        is_number = word[0].isdecimal()
        said = (
            "".join(str(int(c)) for c in word) if is_number else plain(word).replace("\u2019", "'")
        )
        found.append(Token(match.start(), match.end(), said, is_number))
    return found


def runs(text: str, start: int, end: int) -> list[Run]:
    """Return the runs of a line in order, each of the language that says the most of it."""
    begin = speech_begins(text, start, end)
    who = "".join(filter(str.isalpha, text[start:begin]))
    said = tokens(text, begin, end)
    words = {token.word for token in said}
    spoken = [one for one in languages() if not words.isdisjoint(one.begins | one.delays.keys())]
    spoken = spoken or [languages()[0]]
    every = [run for one in spoken for run in _of(text, said, one)]
    every.sort(key=lambda run: (run.start - run.end, run.start))
    kept: list[Run] = []
    for run in every:
        is_hum = (
            len(run.values) == 1 and len(said) > 1 and plain(text[run.start : run.end]) in hums()
        )
        at = bisect_left(kept, run)
        is_free = (at == 0 or kept[at - 1].end <= run.start) and (
            at == len(kept) or run.end <= kept[at].start
        )
        if not is_hum and is_free:
            kept.insert(at, run._replace(who=who))
    return kept


def _of(text: str, said: Sequence[Token], one: Language) -> Iterator[Run]:
    """Yield the runs of a line in one language."""
    known = (one.nods, one.fillers, one.begins, one.delays)
    others = [not (t.is_number or any(t.word in words for words in known)) for t in said]
    before = [0, *accumulate(others)]
    place = 0
    while place < len(said):
        parts: list[tuple[int, int, str, bool]] = []
        fillers = 0
        at = place
        while part := _number(text, said, at, one):
            digits, behind, is_word = part
            parts.append((at, behind, digits, is_word))
            at, skipped = _next(text, said, behind, one)
            fillers += skipped
        if not parts:
            place += 1
            continue
        place = parts[-1][1]
        if len(parts) > 1 or len(said) == 1 or said[parts[0][0]].word not in one.nods:
            beside = before[-1] - (before[parts[-1][1]] - before[parts[0][0]])
            yield _run(text, said, parts, (fillers, beside), one)


def _next(text: str, said: Sequence[Token], at: int, one: Language) -> tuple[int, int]:
    """Return where the run goes on, behind fillers, or past the end; and how many there were."""
    here = at
    for skipped in range(_MOST_FILLERS + 1):
        if here >= len(said) or not _joined(text, said[here - 1], said[here]):
            break
        behind = _behind_pause(said, here, one)
        if behind == here:
            return here, skipped
        if skipped == 0 and _number(text, said, here, one):
            return here, 0
        here = behind
    return len(said), 0


def _behind_pause(said: Sequence[Token], at: int, one: Language) -> int:
    """Return the token behind a word that may stand within a number; the same where none does."""
    word = said[at].word
    for rest in one.delays.get(word, ()):
        behind = at + 1 + len(rest)
        if tuple(token.word for token in said[at + 1 : behind]) == rest:
            return behind
    return at + (word in one.fillers or word in one.hums)


def _joined(text: str, one: Token, other: Token) -> bool:
    between = text[one.end : other.start]
    return _JOINT.fullmatch(between) is not None and _ENDS.search(f"{between} ") is None


def _number(
    text: str, said: Sequence[Token], at: int, one: Language
) -> tuple[str, int, bool] | None:
    """Return the digits of a number, where it ends, and whether it is in words."""
    if at >= len(said):
        return None
    token = said[at]
    if token.is_number:
        return (token.word, at + 1, False) if _is_apart(text, token) else None
    if times := one.times.get(token.word):
        is_again = at + 1 < len(said) and said[at + 1].word in one.times  # "double double": none
        digit = None if is_again else _number(text, said, at + 1, one)
        is_digit = digit is not None and len(digit[0]) == 1 and _joined(text, token, said[at + 1])
        return (digit[0] * times, digit[1], True) if digit and is_digit else None
    for rest, digits in one.numbers.get(token.word, ()):
        behind = at + 1 + len(rest)
        words = said[at:behind]
        same = tuple(t.word for t in words[1:]) == rest
        if same and all(_TIGHT.fullmatch(text[a.end : b.start]) for a, b in pairwise(words)):
            return digits, behind, True
    return None


def _is_apart(text: str, token: Token) -> bool:
    """Check whether a written number is no part of a time, a decimal, an amount or a word."""
    before, after = text[max(0, token.start - 2) : token.start], text[token.end : token.end + 2]
    if len(token.word) > _LONGEST_WRITTEN or _MONEY & set(before) or after[:1] in {"%", "_"}:
        return False
    if before[-1:] == "_" or _LETTER.match(before[-1:]) or _LETTER.match(after[:1]):
        return False
    inside = before[-1:] in {":", "/", ".", ","} and before[:1].isdigit()
    return not inside and not (after[:1] in {":", "/", ".", ","} and after[1:].isdigit())


def _run(
    text: str,
    said: Sequence[Token],
    parts: Sequence[tuple[int, int, str, bool]],
    counted: tuple[int, int],
    one: Language,
) -> Run:
    (fillers, beside), first, behind = counted, parts[0][0], parts[-1][1]
    values = tuple(digits for _, _, digits, _ in parts)
    words = sum(is_word for *_, is_word in parts)
    start = said[first].start
    digits = "".join(values)
    if first and said[first - 1].word in one.plus and _joined(text, said[first - 1], said[first]):
        start, digits = said[first - 1].start, f"+{digits}"
    elif words == 0 and text[start - 1 : start] == "+":
        start, digits = start - 1, f"+{digits}"
    followed = said[behind].word in one.units if behind < len(said) else False
    long = len(values) >= _SAFE
    enough = len(values) >= _FEWEST_TOKENS or beside <= 1
    stands = (
        len(digits) >= _FEWEST_DIGITS
        and enough
        and (long or not followed)
        and not (_counts(values) or _is_year(values))
    )
    halting = any(t.word in one.hums or t.word in one.delays for t in said[first:behind])
    hesitates = halting and len(digits) >= _SAFE
    spoken = words or (
        fillers if hesitates or (fillers >= _FEWEST_TOKENS and len(values) > _SAFE) else 0
    )
    return Run(start, said[behind - 1].end, digits, values, spoken, beside, "", stands)


def _counts(values: Sequence[str]) -> bool:
    """Check whether somebody counts: "one two three four", up or down."""
    numbers = list(map(int, values))
    steps = {after - before for before, after in pairwise(numbers)}
    return len(numbers) >= _COUNTING and steps in ({1}, {-1})


def _is_year(values: Sequence[str]) -> bool:
    """Check whether it is a year as people say it: "twenty twenty-four"."""
    return len(values) == _OF_A_YEAR and values[0] in _CENTURIES and len(values[1]) > 1
