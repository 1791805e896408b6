"""Numbers of passports as lists write them: behind a state's code, in groups, with a mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from agentguard.pii.kinds._travel import is_number, number_in
from agentguard.scan.extract._columns import Columns, Mend
from agentguard.scan.extract._supposed import share

_FEWEST, _MOSTLY = 3, 0.9
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
