"""Columns without a name, named by what they hold where the values themselves prove it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agentguard.pii.scanner import default_scanner
from agentguard.scan.extract._header import Row
from agentguard.scan.extract._names import said

_FEWEST = 5
_MOST_COLUMNS = 200
_MOSTLY = 0.9
# One in ten wrong numbers has the right check digit by chance, so five rows are proof enough.
_CHECKED = (
    ("NHS", "NHS number", re.compile(r"[0-9]{3}[ \-]?[0-9]{3}[ \-]?[0-9]{4}")),
    ("PHONE", "phone", re.compile(r"0[1237][0-9]{8,9}")),
    ("AADHAAR", "Aadhaar number", re.compile(r"[2-9][0-9]{3}[ \-]?[0-9]{4}[ \-]?[0-9]{4}")),
)
_CARD = re.compile(r"[0-9][0-9 \-]{11,22}[0-9]")
_EXPIRY = re.compile(r"(?:0[1-9]|1[0-2])[/\-. ]?(?:20)?[0-9]{2}")
_CODE = re.compile(r"[0-9]{3,4}")
_AMEX, _AMEX_CODE, _OTHER_CODE = 15, 4, 3
_DATE = re.compile(
    r"(?:[0-9]{1,2}[-/.][0-9]{1,2}[-/.]((?:19|20)[0-9]{2})|((?:19|20)[0-9]{2})[-/.][0-9]{1,2}[-/.][0-9]{1,2})"
)
_BORN_BEFORE, _GENERATION = 1975, 20


def supposed(sample: Sequence[Row], named: Mapping[int, str]) -> dict[int, str]:
    """Name columns that are not named; only those whose values can be nothing else."""
    rows = [row for row in sample if len(row) > 1]
    columns = sorted({column for row in rows for column in row} - named.keys())[:_MOST_COLUMNS]
    found: dict[int, str] = {}
    for column in columns if len(rows) >= _FEWEST else ():
        cells = [row[column].strip() for row in rows if column in row]
        if len(set(cells)) >= _FEWEST and (name := _by_values(cells)):
            found[column] = name
        elif _follows_card(rows, column):
            found[column] = "cvv"
    return found


def _by_values(cells: Sequence[str]) -> str:
    for kind, name, shape in _CHECKED:
        if all(map(shape.fullmatch, cells)) and _share(kind, name, cells) >= _MOSTLY:
            return name
    return "date of birth" if _are_births(cells) else ""


def _share(kind: str, name: str, cells: Sequence[str]) -> float:
    text = "".join(said(name, cell) for cell in cells)
    found = sum(hit.count for hit in default_scanner().scan(text) if hit.kind == kind)
    return found / len(set(cells))


def _are_births(cells: Sequence[str]) -> bool:
    """Tell birthdays from other dates: they go back far and span a generation."""
    dates = [_DATE.fullmatch(cell) for cell in cells]
    years = [int(date[1] or date[2]) for date in dates if date is not None]
    return (
        len(years) == len(cells)
        and min(years) < _BORN_BEFORE
        and max(years) - min(years) >= _GENERATION
    )


def _follows_card(rows: Sequence[Row], column: int) -> bool:
    """Tell a column of security codes: as long as the card before it asks, right behind it."""
    codes = [row for row in rows if column in row]
    if not codes or not all(_CODE.fullmatch(row[column].strip()) for row in codes):
        return False
    before = column - 1
    if all(_EXPIRY.fullmatch(row.get(before, "").strip()) for row in codes):
        before -= 1
    cards = [row.get(before, "") for row in codes]
    if not all(_fits(card, row[column].strip()) for card, row in zip(cards, codes, strict=True)):
        return False
    return len(set(cards)) >= _FEWEST and _share("PAN", "card number", cards) >= _MOSTLY


def _fits(card: str, code: str) -> bool:
    digits = sum(map(str.isdigit, card))
    wanted = _AMEX_CODE if digits == _AMEX else _OTHER_CODE
    return _CARD.fullmatch(card.strip()) is not None and len(code) == wanted
