"""Columns of sort codes beside account numbers, told from dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.columns import Columns

_SORT_CODE = later(r"([0-9]{2})-([0-9]{2})-([0-9]{2})")
_SAYS_ACCOUNT = later(r"\bacc|\ba[/ ]?c\b|\bs(?:ort)?[/ ]?c(?:ode)?\b", re.IGNORECASE)
_ACCOUNT = later(r"[0-9]{8}")
_MONTHS, _DAYS = 12, 31
_FEWEST = 3


@lru_cache(maxsize=1024)
def says_account(name: str) -> bool:
    """Check whether a name speaks of an account or a sort code."""
    return _SAYS_ACCOUNT.search(name) is not None


def accounts(columns: Columns) -> Iterator[tuple[int, str]]:
    """Tell sort codes beside account numbers from dates, which are days of a month.

    Pay.UK, Industry Sorting Code Directory: six digits in pairs, and an account of eight.
    """
    for left, right in pairwise(sorted(columns)):
        pair = (columns[left], columns[right])
        for codes, numbers in (pair, pair[::-1]):
            if _are_sort_codes(codes) and all(map(_ACCOUNT.fullmatch, numbers)):
                places = (left, right) if codes is pair[0] else (right, left)
                yield from zip(places, ("sort code", "account number"), strict=True)


def _are_sort_codes(cells: Sequence[str]) -> bool:
    if not _SORT_CODE.fullmatch(cells[0]):
        return False
    found = [_SORT_CODE.fullmatch(cell) for cell in cells]
    parts = [tuple(map(int, code.groups())) for code in found if code is not None]
    return len(parts) == len(cells) >= _FEWEST and not all(map(_is_date, parts))


def _is_date(parts: tuple[int, ...]) -> bool:
    return any(0 < day <= _DAYS and 0 < parts[1] <= _MONTHS for day in (parts[0], parts[2]))
