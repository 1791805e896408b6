"""Spoken numbers that are one: given in parts, over several turns, with what the other repeats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from agentguard.detect.kinds._issuers import issued, luhn
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.matching.number_words import languages
from agentguard.detect.recognition.spoken_runs import Run, speech_begins, tokens

_MOST_PARTS, _MOST_WORDS, _MOST_LINES, _LONGEST_GAP = 12, 8, 14, 480
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_SHORTEST, _LONGEST, _LONGEST_PART = 9, 12, 8
_FEWEST, _MOST_BESIDE = 2, 4


class Whole(NamedTuple):
    """A number and the runs that say it, with those that repeat it."""

    digits: str
    runs: tuple[Run, ...]


def is_speech(run: Run) -> bool:
    """Check whether a run cannot but be spoken: one word may be any."""
    return run.words > 1


def is_card(digits: str) -> bool:
    """Check whether digits have a card's issuer, length and check digit."""
    return _SHORTEST_CARD <= len(digits) <= _LONGEST_CARD and issued(digits) and luhn(digits)


def wholes(text: str, runs: Sequence[Run]) -> Iterator[Whole]:
    """Yield what is said in runs, in order: several that are one number, or one that may be one."""
    place = 0
    while place < len(runs):
        run = runs[place]
        whole = _card(text, runs, place) or _plain(text, runs, place)
        if whole is None and run.is_spoken and (run.stands or is_card(run.digits)):
            whole = Whole(run.digits, (run,))
        if whole is not None:
            yield whole
        place += len(whole.runs) if whole else 1


def _card(text: str, runs: Sequence[Run], place: int) -> Whole | None:
    """Return the card that begins with a run and goes on in others; None where it does not."""
    if is_card(runs[place].digits) or not runs[place].digits[0].isdigit():
        return None
    digits, end = runs[place].digits, place + 1
    while end < min(len(runs), place + _MOST_PARTS) and len(digits) < _LONGEST_CARD:
        run = runs[end]
        if run.beside > _MOST_BESIDE or _gap(text, runs[end - 1], run) is None:
            break
        if not _repeats(text, digits, runs[end - 1], run):
            digits += run.digits
        end += 1
        if is_card(digits) and any(map(is_speech, runs[place:end])):
            return Whole(digits, tuple(runs[place:end]))
    return None


def _plain(text: str, runs: Sequence[Run], place: int) -> Whole | None:
    """Return another number of which one says that the other may go on; by its length."""
    digits, end = runs[place].digits, place + 1
    if len(digits) > _LONGEST_PART:
        return None
    while end < min(len(runs), place + _MOST_PARTS):
        run = runs[end]
        if _gap(text, runs[end - 1], run) is not True:
            break
        if not _repeats(text, digits, runs[end - 1], run):
            digits += run.digits
        end += 1
    every = tuple(runs[place:end])
    fits = _SHORTEST <= len(digits.lstrip("+")) <= _LONGEST
    if end - place < _FEWEST or not fits or not any(map(is_speech, every)):
        return None
    return Whole(digits, every)


def _gap(text: str, before: Run, after: Run) -> bool | None:
    """Return whether only nods stand between two runs; None where they are too far apart."""
    gap = text[before.end : after.start]
    lines = gap.split("\n")
    if FENCE in gap or len(gap) > _LONGEST_GAP or len(lines) > _MOST_LINES:
        return None
    at, words = before.end, list[str]()
    for number, line in enumerate(lines):
        end = at + len(line)
        begin = speech_begins(text, at, end) if number else at
        words += [token.word for token in tokens(text, begin, end) if not token.is_number]
        at = end + 1
    if len(words) > _MOST_WORDS:
        return None
    return all(map(_nods().__contains__, words))


@cache
def _nods() -> frozenset[str]:
    return frozenset().union(*(one.nods | one.fillers | one.hums for one in languages()))


def _repeats(text: str, digits: str, before: Run, run: Run) -> bool:
    """Check whether a run says again what was said last, by somebody else or behind a break."""
    gap = text[before.end : run.start]
    if "\n" in gap and run.who and run.who == before.who:
        return False
    is_apart = "\n" in gap or any(sign in gap for sign in ".?!;")
    return is_apart and len(run.digits) >= _FEWEST and digits.endswith(run.digits)
