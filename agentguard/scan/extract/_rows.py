"""Tables as text: each cell on a line of its own behind the name of its column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from agentguard.pii.base import FENCE

Row = Mapping[int, str]
"""The cells that are not empty, by column."""

LOOK_FOR_HEADER = 6
"""Rows among which the one with the columns' names is looked for."""

_LONGEST_LABEL = 40
_MOST_DIGITS = 2
_MOST_WORDS = 5
_LETTER = re.compile(r"[^\W\d_]")
_NUMBERED = re.compile(r"(.*[^0-9])([1-9])")


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Write rows as text; without a header columns are numbered."""
    rest = iter(rows)
    first = list(islice(rest, LOOK_FOR_HEADER))
    place = header_at(first)
    for row in first[: place if place is not None else 0]:
        yield _plain(row)
    header = first[place] if place is not None else {}
    for row in chain(first if place is None else first[place + 1 :], rest):
        yield _named(header, row)


def header_at(rows: Sequence[Row]) -> int | None:
    """Tell which of the first rows names the columns: the fullest, if it holds only labels."""
    widest = max((len(row) for row in rows), default=0)
    for place, row in enumerate(rows):
        if len(row) == widest and widest > 1 and all(_is_label(cell) for cell in row.values()):
            return place
    return None


def _is_label(cell: str) -> bool:
    return (
        len(cell) <= _LONGEST_LABEL
        and len(cell.split()) <= _MOST_WORDS
        and sum(letter.isdigit() for letter in cell) <= _MOST_DIGITS
        and "@" not in cell
        and _LETTER.search(cell) is not None
    )


def _plain(row: Row) -> str:
    return "\t".join(row[column] for column in sorted(row)) + "\n"


def _named(header: Row, row: Row) -> str:
    cells: dict[str, str] = {}
    for column in sorted(row):
        name = header.get(column, f"column {column}")
        numbered = _NUMBERED.fullmatch(name) if column in header else None
        stem = numbered[1].rstrip(" _-") if numbered else name
        parted = numbered and row[column].strip().isdigit() and stem in cells
        if parted or (numbered and numbered[2] == "1"):
            # Numbered columns (card1, card2, ...) hold one number in parts.
            cells[stem] = cells.get(stem, "") + row[column].strip()
        else:
            cells[name if name not in cells else f"{name} {column}"] = row[column]
    return "".join(f"{name}: {cell}\n{FENCE}" for name, cell in cells.items())
