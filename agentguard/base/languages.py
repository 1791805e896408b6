"""Which language a person is spoken to in, and how dates and decimals are written in it.

A person's own choice comes first, then what her system speaks; what is not spoken here is English.
Hours are written as 14:05 and digits are western in every language, so that no card shows two ways
of writing them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agentguard.base import cldr

SYSTEM = "system"
"""The choice of whatever the system speaks."""
ENGLISH = "en"
SPOKEN = ("en", "ar", "de", "es", "fil", "fr", "hi", "pt-BR")
"""The languages that the program speaks, by the names of their folders."""
_OTHER_NAMES = {"tl": "fil"}  # what Filipino was called before it had a code of its own


def chosen(wish: str, system: Iterable[str] = (), known: Iterable[str] = SPOKEN) -> str:
    """Return the language for a wish; for `SYSTEM` the first of the system's that is known here.

    The system names its languages as it does: `pt-BR`, `es_MX.UTF-8`, `fil`.
    """
    known = tuple(known)
    wished = () if wish == SYSTEM else (wish,)
    return next(filter(None, (_meant(tag, known) for tag in (*wished, *system))), ENGLISH)


def _meant(tag: str, known: tuple[str, ...]) -> str:
    """Return the language that is meant by a tag, whatever its country; empty for none of ours."""
    plain = tag.partition(".")[0].partition("@")[0].replace("_", "-").lower()
    by_tag = {name.lower(): name for name in known}
    by_first = {name.lower().partition("-")[0]: name for name in known}
    first = plain.partition("-")[0]
    return by_tag.get(plain) or by_first.get(_OTHER_NAMES.get(first, first), "")


def day(language: str, then: datetime, *, with_year: bool = False) -> str:
    """Return a day and its month, with the year if asked."""
    patterns = cldr.DAY_OF_YEAR if with_year else cldr.DAY
    months = cldr.MONTHS.get(language, cldr.MONTHS[ENGLISH]).split(" ")
    pattern = patterns.get(language, patterns[ENGLISH])
    return pattern.format(day=then.day, month=months[then.month - 1], year=then.year)


def moment(language: str, then: datetime, *, with_year: bool = False) -> str:
    """Return a day, of this year unless asked otherwise, and the time on it."""
    pattern = cldr.MOMENT.get(language, cldr.MOMENT[ENGLISH])
    date = day(language, then, with_year=with_year)
    return pattern.format(date=date, time=f"{then:%H:%M}")


def decimal(language: str, number: str) -> str:
    """Return a number that Python wrote, with the decimal sign of the language."""
    return number.replace(".", cldr.DECIMAL.get(language, cldr.DECIMAL[ENGLISH]))
