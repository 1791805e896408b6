"""Numbers of passports as lists write them: behind a state's code, in groups, marked, in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from agentguard.detect.kinds._travel import is_number, number_in
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.column_inference import share
from agentguard.detect.tables.columns import Columns, Mend

_FEWEST, _MOSTLY = 3, 0.9
_ANY = "533104482"
_SERIES = later(r"(?:\b|_)s(?:e|\xe9)ri(?:a|es?)(?:\b|_)", re.IGNORECASE)
_LETTERS = later(r"[A-Z]{1,3}")


def written(names: Mapping[int, str], columns: Columns) -> dict[int, Mend]:
    """Return which columns of passports hold more than the numbers, to be mended."""
    named = ((column, cells) for column, cells in columns.items() if column in names)
    return {
        column: _mended
        for column, cells in named
        if not all(map(is_number, cells)) and _tells(names[column]) and _are_numbers(cells)
    }


def series(names: Mapping[int, str], columns: Columns) -> dict[int, int]:
    """Return the columns of passport numbers whose series, letters, stand in the column before."""
    found = ((column, column - 1) for column in names if column - 1 in names)
    return {
        column: before
        for column, before in found
        if _says_series(names[before])
        and (_tells(names[column]) or _tells(names[before]))
        and _are_in_series(columns.get(before, ()), columns.get(column, ()))
    }


@lru_cache(maxsize=1024)
def _says_series(name: str) -> bool:
    return _SERIES.search(name) is not None


def _are_in_series(letters: Sequence[str], numbers: Sequence[str]) -> bool:
    if not _FEWEST <= len(letters) == len(numbers):
        return False
    whole = (f"{one}{other}" for one, other in zip(letters, numbers, strict=True))
    return all(map(_LETTERS.fullmatch, letters)) and all(map(is_number, whole))


@lru_cache(maxsize=1024)
def _tells(name: str) -> bool:
    """Check whether a name alone tells passports."""
    return share("PASSPORT", name, (_ANY,)) == 1


def _are_numbers(cells: Sequence[str]) -> bool:
    found = list(filter(None, map(number_in, cells)))
    return len(set(found)) >= _FEWEST and len(found) >= _MOSTLY * len(cells)


def _mended(cell: str) -> str:
    return number_in(cell) or cell
