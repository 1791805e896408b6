"""What the national numbers share: labels that many of them go by, and how far each is believed.

Behind a label of the kind itself (`pesel`) the evidence decides. Behind one that many kinds share
(`tax id`), or of a telling shape without a label, it counts only where most of its like are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from datetime import date
from functools import cache, partial

from agentguard.detect.lexicon.label_gap import GAP, LETTERED_GAP
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.multilingual_labels import ENOUGH
from agentguard.detect.lexicon.national_labels import ACCENTED
from agentguard.detect.lexicon.words import words
from agentguard.detect.recogniser import (
    NEEDS_OWN,
    NEVER_ALONE,
    SEPARATOR,
    Answer,
    Candidate,
    Recogniser,
    miss,
    no,
    read,
    sure,
)

JOINT = rf"{SEPARATOR}?"
"""RE2: one separator or none."""

BEHIND = GAP
"""RE2: what may stand between a label and a number that begins with a digit."""

BEHIND_LETTERED = LETTERED_GAP
"""RE2: what may stand between a label and a number that may begin with a letter."""

# "pesel" is also met as "peselnumber" and "peselnr".
_ENDINGS = r"(?:number|nummer|nr|num|no|id)?"
_WEAK = words("id no nr number nummer umme ummer umber ommer numero code and the de do da di")
_FEW_DIGITS = 2
_RUNS_ON = later(r"[ \-][0-9]{1,4}(?![0-9:/.])")

# A column may hold the numbers of several states: what is right for one does not speak against
# another of the same length.
_CHECKS: dict[int, list[Callable[[str], bool]]] = {}


def digits(*groups: int) -> str:
    """Return the RE2 pattern of digits in groups, each joined to the next by a separator or none.

    Behind a label, and with a check digit, they may be dictated in any other groups as well.
    """
    usual = JOINT.join(f"[0-9]{{{length}}}" for length in groups)
    return f"(?:{usual}|{run(sum(groups), sum(groups))})"


def run(least: int, most: int) -> str:
    """Return the RE2 pattern of so many digits in any groups."""
    return rf"[0-9](?:{JOINT}[0-9]){{{least - 1},{most - 1}}}"


def is_day(year: int, month: str, day: str) -> bool:
    """Check whether the calendar has this day."""
    try:
        date(year, int(month), int(day))
    except ValueError:
        return False
    return True


def is_day_of_a_century(year: str, month: str, day: str) -> bool:
    """Check whether the calendar has this day in the twentieth century or in this."""
    return any(is_day(century + int(year), month, day) for century in (1900, 2000))


@dataclass(frozen=True, slots=True)
class _Rules:
    """How a country writes its number."""

    valid: Callable[[str], bool]
    labels: tuple[str, ...]
    shared: tuple[str, ...]
    country: str
    _: KW_ONLY
    width: int
    strong: bool


def national(
    *,
    kind: str,
    valid: Callable[[str], bool],
    labels: tuple[str, ...],
    near: str,
    generic: tuple[str, ...] = (),
    named: tuple[str, ...] = (),
    country: str = "",
    shapes: tuple[str, ...] = (),
    width: int = 0,
    length: int = 0,
    shown: int = 3,
    strong: bool = False,
) -> Recogniser:
    """Build a recogniser of a national number.

    `valid` judges the letters and digits alone, in capitals; `labels` are the kind's own, `generic`
    those that it shares. A number that a spreadsheet wrote without its leading zeros is filled to
    `width` before it is judged. `length` is that of a number of digits alone that shares its labels
    with others. `country` are names, parted by `|`: one of them behind a shared label makes it the
    kind's own, "Tax ID (Greece)", and of the `named` labels nothing less does. `strong` shapes tell
    themselves, whatever stands before them.
    """
    shared = _compounds(generic)
    _CHECKS.setdefault(length, []).append(valid)
    abroad = tuple(f"{label}{ENOUGH}{_in(country)}" for label in _compounds(named))
    rules = _Rules(valid, labels, shared, country, width=width, strong=strong)
    return Recogniser(
        kind=kind,
        judge=partial(_judge, rules),
        own=_words_of(rules.labels),
        scored=True,
        bounded=True,
        shapes=shapes,
        labels=(*_compounds(labels), *shared, *abroad),
        near=near,
        shown=shown,
        listed=True,
    )


def _judge(rules: _Rules, candidate: Candidate) -> Answer:
    """Read a number: what is not its shape or its check is refused, the rest is told by signs."""
    if not candidate.alone:
        return no("touched")
    written = candidate.compact.upper()
    number = written.zfill(rules.width)
    if len(set(number)) <= _FEW_DIGITS:
        return no("filler")
    if rules.strong and not candidate.labelled:
        return sure(number, "label") if rules.valid(number) else no("check")
    is_shared = candidate.labelled and _is_shared(rules, candidate)
    is_odd = _is_odd(candidate, written, number)
    if is_shared and is_odd:
        return no("length")
    return _checked(rules, number, _signs(candidate, is_shared=is_shared, is_odd=is_odd))


def _is_odd(candidate: Candidate, written: str, number: str) -> bool:
    """Check whether a number is too short, or goes on behind."""
    is_short = len(written) < len(number) and not _lost_zeros(candidate, written)
    return is_short or (written.isdigit() and _RUNS_ON.match(candidate.after) is not None)


def _signs(candidate: Candidate, *, is_shared: bool, is_odd: bool) -> tuple[str, ...]:
    alone = () if candidate.labelled and not is_shared else (NEVER_ALONE,)
    shared = ("shared-label",) if is_shared else ()
    return "check", *alone, *shared, *((NEEDS_OWN,) if is_odd else ())


def _checked(rules: _Rules, number: str, signs: tuple[str, ...]) -> Answer:
    if rules.valid(number) and "shared-label" in signs:
        return read(number, "check", *signs)
    if rules.valid(number):
        return read(number, "label", *signs)
    return no("check") if _suits_another(number) else miss("check")._replace(signs=signs)


def _lost_zeros(candidate: Candidate, written: str) -> bool:
    """Check whether a number may have lost zeros: only tables do, and never to be another's."""
    return candidate.origin != "" and not _suits_another(written)


def _suits_another(number: str) -> bool:
    return number.isdigit() and any(valid(number) for valid in _CHECKS.get(len(number), ()))


def _compounds(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{label}{_ENDINGS}" if label[-1].isalpha() else label for label in labels)


def _is_shared(rules: _Rules, candidate: Candidate) -> bool:
    """Check whether its label is one that many kinds go by, with no country behind it."""
    told, gap = candidate.told, candidate.before.rpartition(candidate.told)[2]
    if rules.country and _named(rules.country).match(gap):
        return False
    return bool(rules.shared) and _one_of(rules.shared).fullmatch(told) is not None


@cache
def _one_of(labels: tuple[str, ...]) -> re.Pattern[str]:
    every = "|".join(labels).replace(ENOUGH, "").replace(" ", r"[ _.\-+]{0,2}")
    return re.compile(every, re.IGNORECASE)


@cache
def _named(country: str) -> re.Pattern[str]:
    return re.compile(_in(country), re.IGNORECASE)


def _in(country: str) -> str:
    """Return the pattern of a country in brackets soon behind a label."""
    return rf"[^0-9\n]{{0,24}}?[(\[/] ?(?:{country})(?:\b[)\]]|\b)"


@cache
def _words_of(labels: tuple[str, ...]) -> frozenset[str]:
    every = " ".join(labels).replace(ENOUGH, "").replace(ACCENTED, " ")
    return frozenset(re.findall(r"[a-z]{2,}", every)) - _WEAK


def verhoeff(number: str) -> bool:
    """Check whether the last digit is right (J. Verhoeff, Error Detecting Decimal Codes, 1969)."""
    from stdnum import verhoeff  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return verhoeff.is_valid(number)
