"""What the national numbers share: labels that many of them go by, and how far each is believed.

A label of the kind itself (`pesel`) with a right check is believed. A label that many kinds share
(`tax id`), or a telling shape without a label, counts only where most of its like are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from agentguard.pii.base import (
    GAP,
    LETTERED_GAP,
    SEPARATOR,
    Answer,
    Candidate,
    Recogniser,
    maybe,
    miss,
    no,
    sure,
    words,
)

JOINT = rf"{SEPARATOR}?"
"""RE2: one separator or none."""

BEHIND = GAP
"""RE2: what may stand between a label and a number that begins with a digit."""

BEHIND_LETTERED = LETTERED_GAP
"""RE2: what may stand between a label and a number that may begin with a letter."""

ACCENTED = r"(?:[a-z]?[\x80-\xff?]{1,2}|[a-z])"
"""RE2: a letter with an accent: one sign without it, or two, decomposed or wrongly decoded."""

ID_NUMBER = r"id (?:n(?:ommer|umber|o|r)|#)"
"""A label of any number at all, and of South Africa's identity number."""

INSURANCE = r"(?:renten)?vers(?:icherungs)?\.? ?n(?:umme)?r"
"""A label in German, of Germany and Austria."""

PERSON = r"pers(?:on)?\.? ?n(?:umme)?r"
"""A label in Swedish and in Danish."""

TAXPAYER = r"tax payer(?: id(?:entif(?:ication|ier))?)?"
"""A label in English, not of one country."""

TAX = (
    r"tax id(?:entif(?:ication|ier))?",
    r"tax (?:no|number)",
    TAXPAYER,
    r"(?-i:TIN)",
    r"""tin["']? ?[:=>]""",
    r"tin\?\n[A-Za-z\x20]{1,32}[:>]",  # asked for in a chat: the answer stands in the next line
    r"steuer ?n(?:umme)?r",
    rf"num{ACCENTED}ro fiscal",
    r"identifi(?:ant|cador) fiscal",
    rf"n{ACCENTED}mero fiscal",
    rf"(?:n{ACCENTED}m(?:ero|\.)? (?:de )?)?identificaci{ACCENTED}n(?: fiscal)?",
    r"identificativo fiscale",
    r"fiscaal nummer",
    r"belastingnummer",
    r"(?:numer|identyfikator) podatkowy",
)
"""Labels of tax numbers: English, German, French, Spanish, Italian, Dutch, Polish, Portuguese."""

IDENTITY = (
    r"national id(?:ent(?:ity|ification))?",
    r"national n(?:o|umber)",
    r"(?:personal|citizen) id(?:ent(?:ity|ification))?",
    r"personal (?:no|number|code)",
    r"identi(?:ty|fication) (?:document )?(?:no|number|nr)",
    ID_NUMBER,
    r"personenkenn(?:zahl|ziffer|zeichen)",
    rf"num{ACCENTED}ro d.identi(?:te?|fication)",
    rf"n{ACCENTED}mero de (?:identidade?|documento)",
    r"documento(?: (?:nacional )?de identidade?)?",
    r"doc\.? (?:de )?identidade?",
    r"numero di identit",
    r"persoonsnummer",
    r"identiteitsnummer",
    r"numer (?:identyfikacyjny|ewidencyjny)",
)
"""Labels of numbers that a state gives each person."""

SECURITE = rf"(?:num{ACCENTED}ro (?:de )?)?s{ACCENTED}curit{ACCENTED} sociale"
"""A label in French, not of one country."""

SOCIAL = (
    r"social security",
    r"ssn",
    r"sozialvers(?:icherungs?)?\.? ?(?:nummer|nr)?",
    SECURITE,
    r"seguridad social",
    r"previdenza sociale",
    r"sociale zekerheid",
    r"ubezpieczenia spo",
    rf"seguran{ACCENTED}a social",
)
"""Labels of social insurance numbers."""

# "pesel" is also met as "peselnumber" and "peselnr".
_ENDINGS = r"(?:number|nummer|nr|num|no|id)?"
_WEAK = words("id no nr number nummer numero code and the de do da di")
_FEW_DIGITS = 2
_RUNS_ON = re.compile(r"[ \-][0-9]{1,4}(?![0-9:/.])")

# A column may hold the numbers of several states: what is right for one does not speak against
# another of the same length.
_CHECKS: dict[int, list[Callable[[str], bool]]] = {}


def digits(*groups: int) -> str:
    """Give the RE2 pattern of digits in groups, each joined to the next by a separator or none."""
    return JOINT.join(f"[0-9]{{{length}}}" for length in groups)


def run(least: int, most: int) -> str:
    """Give the RE2 pattern of so many digits in any groups."""
    return rf"[0-9](?:{JOINT}[0-9]){{{least - 1},{most - 1}}}"


def is_day(year: int, month: str, day: str) -> bool:
    """Tell whether the calendar has this day."""
    try:
        date(year, int(month), int(day))
    except ValueError:
        return False
    return True


def is_day_of_a_century(year: str, month: str, day: str) -> bool:
    """Tell whether the calendar has this day in the twentieth century or in this."""
    return any(is_day(century + int(year), month, day) for century in (1900, 2000))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    valid: Callable[[str], bool]
    labels: tuple[str, ...]
    shared: tuple[str, ...]
    width: int
    strong: bool


def national(
    *,
    kind: str,
    valid: Callable[[str], bool],
    labels: tuple[str, ...],
    near: str,
    generic: tuple[str, ...] = (),
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
    with others. `strong` shapes tell themselves, whatever stands before them.
    """
    shared = _compounds(generic)
    _CHECKS.setdefault(length, []).append(valid)
    rules = _Rules(valid=valid, labels=labels, shared=shared, width=width, strong=strong)
    return Recogniser(
        kind=kind,
        judge=partial(_judge, rules),
        bounded=True,
        shapes=shapes,
        labels=(*_compounds(labels), *shared),
        near=near,
        shown=shown,
    )


def _judge(rules: _Rules, candidate: Candidate) -> Answer:
    if not candidate.alone:
        return no("touched")
    written = candidate.compact.upper()
    number = written.zfill(rules.width)
    if len(set(number)) <= _FEW_DIGITS:
        return no("filler")
    own = (rules.strong and not candidate.labelled) or _is_own(rules, candidate)
    if own is False:
        return no("another-label")
    is_short = len(written) < len(number) and not _lost_zeros(candidate, written)
    is_longer = written.isdigit() and _RUNS_ON.match(candidate.after)
    if own is None and (is_short or is_longer):
        return no("length")
    if rules.valid(number):
        return sure(number, "label") if own else maybe(number, "check")
    return no("check") if own or _suits_another(number) else miss("check")


def _lost_zeros(candidate: Candidate, written: str) -> bool:
    """Tell whether a number may have lost zeros: only tables do, and never to be another's."""
    return candidate.origin != "" and not _suits_another(written)


def _suits_another(number: str) -> bool:
    return number.isdigit() and any(valid(number) for valid in _CHECKS.get(len(number), ()))


def _compounds(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{label}{_ENDINGS}" if label[-1].isalpha() else label for label in labels)


def _is_own(rules: _Rules, candidate: Candidate) -> bool | None:
    """Tell whose number it is: True its own label's, False another's, None that of a shared one."""
    if not candidate.labelled:
        return candidate.names(_words_of(rules.labels))
    shared = rules.shared and _one_of(rules.shared).fullmatch(candidate.told)
    return None if shared else True


@cache
def _one_of(labels: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(labels).replace(" ", r"[ _.\-]{0,2}"), re.IGNORECASE)


@cache
def _words_of(labels: tuple[str, ...]) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{2,}", " ".join(labels).replace(ACCENTED, " "))) - _WEAK
