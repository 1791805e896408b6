"""DOB: dates of birth, found by their label; a bare date is only a date."""

from __future__ import annotations

import re
from datetime import date

from agentguard.pii.base import Answer, Candidate, Recogniser, no, sure

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_SHAPES = (
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}",
    r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:[0-9]{4}|[0-9]{2})",
    rf"[0-9]{{1,2}}(?:st|nd|rd|th)?[-/ ](?:of )?{_MONTH}[-/, ]{{1,2}}[0-9]{{2,4}}",
    rf"{_MONTH}[. ]{{1,2}}[0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}",
    r"(?:19|20)[0-9]{6}",
)
_OLDEST, _LATEST = 1900, 2099
_PARTS = re.compile(r"[0-9]+|[a-z]{3,}")
_FULL_YEAR = 4


def judge(candidate: Candidate) -> Answer:
    """Take it if it is a day of the calendar."""
    if not candidate.alone:
        return no("touched")
    parts = [p for p in _PARTS.findall(candidate.text.lower()) if p != "of"]
    day = next((found for order in _orders(parts) if (found := _day(*order))), None)
    return sure(day.isoformat(), "label") if day else no("calendar")


def _orders(parts: list[str]) -> list[tuple[str, str, str]]:
    if len(parts) == 1:
        return [(parts[0][:4], parts[0][4:6], parts[0][6:])]
    first, second, third = parts
    if len(first) == _FULL_YEAR and first.isdigit():
        return [(first, second, third)]
    if first.isalpha():
        return [(third, first, second)]
    return [(third, second, first), (third, first, second)]


def _day(year: str, month: str, day: str) -> date | None:
    number = _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else month
    full = int(year) if len(year) == _FULL_YEAR else 1900 + int(year)
    try:
        found = date(full, int(number), int(day))
    except ValueError:
        return None
    return found if _OLDEST <= found.year <= _LATEST else None


RECOGNISER = Recogniser(
    kind="DOB",
    judge=judge,
    shown=0,
    labels=(
        r"dob",
        r"d\.o\.b",
        r"date of birth",
        r"birth ?date",
        r"birth ?day",
        r"born",
        r"birth",
    ),
    near=r"[^0-9\n\x1e]{0,32}?\n?[^0-9A-Za-z\n\x1e]{0,8}?((?i:" + "|".join(_SHAPES) + "))",
)
