"""The makers of every kind of value, by kind."""

from __future__ import annotations

from collections.abc import Callable

from tests.corpus.dice import Dice, Value
from tests.corpus.values import (
    bank,
    cards,
    east,
    europe,
    islands,
    north,
    passports,
    people,
    secrets,
    south,
)

Maker = Callable[[Dice, str], Value]

MAKERS: dict[str, Maker] = {
    kind: maker
    for room in (cards, people, bank, islands, europe, east, north, south, passports, secrets)
    for kind, maker in room.MAKERS.items()
}
"""EMAIL is missing here: it takes names from the wording, see `page`."""
