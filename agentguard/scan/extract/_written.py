"""Numbers of passports as lists write them: behind a state's code, in groups, with a mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from agentguard.pii.kinds.passport import is_number
from agentguard.pii.later import later
from agentguard.scan.extract._columns import Columns, Mend
from agentguard.scan.extract._supposed import share

_PART = later(r"[0-9A-Z]+")
_LONGEST, _MOST_PARTS = 40, 10
_FEWEST, _MOSTLY = 3, 0.9
_STATE = range(2, 4)
"""Letters of a state's code (ISO 3166-1; ICAO 9303-3, 5)."""

_BEFORE = frozenset({"P", "NO", "NR", "PASSPORT"})
_PLACE = 2  # digits of a place in a list
_GLUED = ("PP", "P")
_ANY = "533104482"


def written(names: Mapping[int, str], columns: Columns) -> dict[int, Mend]:
    """Tell which columns of passports hold more than the numbers, to be mended."""
    named = ((column, cells) for column, cells in columns.items() if column in names)
    return {
        column: _mended
        for column, cells in named
        if not all(map(is_number, cells)) and _tells(names[column]) and _are_numbers(cells)
    }


@lru_cache(maxsize=1024)
def _tells(name: str) -> bool:
    """Tell whether a name alone tells passports."""
    return share("PASSPORT", name, (_ANY,)) == 1


def _are_numbers(cells: Sequence[str]) -> bool:
    found = list(filter(None, map(number_in, cells)))
    return len(set(found)) >= _FEWEST and len(found) >= _MOSTLY * len(cells)


def _mended(cell: str) -> str:
    return number_in(cell) or cell


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
