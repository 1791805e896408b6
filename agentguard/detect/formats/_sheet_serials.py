"""Numbers of a sheet as its reader sees them: dates are days, and zeros in front are a format's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from agentguard.detect.lexicon.lazy_pattern import later

BUILT_IN_DATES = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
"""Formats that every workbook has and that show dates (ECMA-376-1, 18.8.30)."""

_EXACT = 2**53
_NOT_SHOWN = later(r'"[^"]*"|\[[^\]]*\]|[\\_*].')
_TOLD = later(r'"([^"]*)"|\\(.)')
_DATE = later(r"[yd]", re.IGNORECASE)
_PICTURE = later(r"[0# ()/-]*")
_LEAST_ZEROS = 3
_MOST_DIGITS = 20
_FIRST_DAY, _LAST_DAY = 1, 2_958_465  # 1900-01-01 and 9999-12-31
_LEAP_1900 = 60  # the day that Excel counts and that never was
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_DAYS_TO_1904 = 1462


@lru_cache(maxsize=4096)
def is_date(code: str) -> bool:
    """Check whether a format's code shows a date."""
    return _DATE.search(_NOT_SHOWN.sub("", code.split(";", maxsplit=1)[0])) is not None


def date(value: float, *, from_1904: bool) -> str:
    """Write a serial number as a date (ECMA-376-1, 18.17.4); what is none stays a number."""
    days = value + (_DAYS_TO_1904 if from_1904 else 0)
    if not _FIRST_DAY <= days <= _LAST_DAY:
        return number(value)
    moment = _EPOCH + timedelta(days=int(days) + (1 if days < _LEAP_1900 else 0))
    return moment.date().isoformat()


def number(value: float, code: str = "") -> str:
    """Write a number; whole ones without a point, and with the zeros that its format adds."""
    if not value.is_integer() or abs(value) >= _EXACT:
        return repr(value)
    picture = _picture(code) if code and value >= 0 else ""
    return _filled(int(value), picture) if picture else str(int(value))


@lru_cache(maxsize=4096)
def _picture(code: str) -> str:
    """Return the part of a format that only sets digits and what stands between them."""
    plain = _TOLD.sub(lambda told: told[1] or told[2] or "", code.split(";", maxsplit=1)[0])
    fits = _PICTURE.fullmatch(plain) and _LEAST_ZEROS <= plain.count("0") <= _MOST_DIGITS
    return plain if fits else ""


def _filled(value: int, picture: str) -> str:
    digits = list(str(value))
    shown: list[str] = []
    for mark in reversed(picture):
        if mark == "0":
            shown.append(digits.pop() if digits else "0")
        elif mark == "#":
            shown += [digits.pop()] if digits else []
        else:
            shown.append(mark)
    return "".join([*digits, *reversed(shown)])
