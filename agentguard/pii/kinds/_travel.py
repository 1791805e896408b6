"""Numbers of travel documents: how states write them, and how people write them down."""

from __future__ import annotations

from agentguard.pii.later import later

# Shapes of the number as printed (PRADO, the EU Council's register of documents, and ICAO
# 9303-4, field "document number"); letters and digits alone, in capitals.
_COUNTRIES = {
    "GB": r"[0-9]{9}",
    "US": r"[0-9]{9}|[A-Z][0-9]{8}",
    "IN": r"[A-PR-WY][0-9]{7}",
    "DE": r"[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}",  # no vowels, so that no word comes about
    "FR": r"[0-9]{2}[A-Z]{2}[0-9]{5}",
    "ES": r"[A-Z]{3}[0-9]{6}",
    "IT": r"[A-Z]{2}[0-9]{7}",
    "PL": r"[A-Z]{2}[0-9]{7}",
    "NL": r"[A-NP-Z]{2}[A-NP-Z0-9]{6}[0-9]",
    "PT": r"[A-Z]{1,2}[0-9]{6}",
    "PH": r"P[0-9]{7}[A-Z]|[A-Z]{2}[0-9]{7}",
    "CA": r"[A-Z]{2}[0-9]{6}|[A-Z][0-9]{6}[A-Z]{2}",
    "AU": r"[A-Z]{1,2}[0-9]{7}",
    "ZA": r"[A-Z][0-9]{8}",
    "SE": r"[0-9]{8}",  # and Norway, the Czech Republic, Romania
}
NUMBER = later("|".join(f"(?:{shape})" for shape in _COUNTRIES.values()))
GERMAN = later(_COUNTRIES["DE"])
_MONTH, _OF_MONTH = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
DAY = later(rf"(?:19|20)[0-9]{{2}}{_MONTH}{_OF_MONTH}|{_OF_MONTH}{_MONTH}(?:19|20)[0-9]{{2}}")
_PART = later(r"[0-9A-Z]+")
_LONGEST, _MOST_PARTS = 40, 10
_STATE = range(2, 4)
"""Letters of a state's code (ISO 3166-1; ICAO 9303-3, 5)."""

_BEFORE = frozenset({"P", "NO", "NR", "PASSPORT"})
_PLACE = 2  # digits of a place in a list
_GLUED = ("PP", "P")


def is_number(text: str) -> bool:
    """Tell whether one of the states writes a passport's number so, and no day."""
    return NUMBER.fullmatch(text) is not None and DAY.fullmatch(text) is None


def number_in(cell: str) -> str:
    """Give the one number in a cell, bare; empty where there is none or more beside it.

    >>> number_in("GBR-53 310 4482"), number_in("PP533104482"), number_in("533104482 (2 pages)")
    ('533104482', '533104482', '')
    """
    parts = _PART.findall(cell.upper()) if len(cell) <= _LONGEST else []
    if not 0 < len(parts) <= _MOST_PARTS:
        return ""
    firsts = [n for n in range(len(parts)) if all(map(_may_stand_before, parts[:n]))]
    lasts = [n for n in range(len(parts), 0, -1) if all(map(_may_stand_behind, parts[n:]))]
    ways = ("".join(parts[first:last]) for first in firsts for last in lasts if first < last)
    return next((number for way in ways if (number := _unglued(way))), "")


def _unglued(way: str) -> str:
    heads = ("", *_GLUED, way[: _STATE[-1]] if way[: _STATE[-1]].isalpha() else "")
    bare = (way.removeprefix(head) for head in heads)
    return next(filter(is_number, bare), "")


def _may_stand_before(part: str) -> bool:
    is_place = part.isdigit() and len(part) <= _PLACE
    return part in _BEFORE or is_place or (part.isalpha() and len(part) in _STATE)


def _may_stand_behind(part: str) -> bool:
    is_check = part.isdigit() and len(part) == 1
    return is_check or (part.isalpha() and len(part) in _STATE)
