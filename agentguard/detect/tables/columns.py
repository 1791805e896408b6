"""What the columns of a table hold: what a spreadsheet took from numbers, and what has no name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.header_rows import Row

Mend = Callable[[str], str]
"""Gives a cell as it was before a spreadsheet changed it."""

Columns = Mapping[int, Sequence[str]]
"""The cells below each other, by column, without spaces around them."""

_FEWEST = 5
_MOSTLY = 0.7
_FLOAT = later(r"([0-9]{6,19})[.,]0{1,2}")
_THOUSANDS = later(r"[1-9][0-9]{0,2}(?:[,'.\u00a0\u202f][0-9]{3}){2,6}")
_FORMULA = later(r'="([^"]*)"')
_TEXT_MARK = later(r"'[0-9]+")
_STARRED = later(r"([^*\n]*[0-9A-Za-z]) ?\*{1,2}")  # of a footnote; a mask has more of them
_COUNTED = later(r"[0-9]{1,3}\) ?([^\n]*)")
_EVERY = (_FLOAT, _THOUSANDS, _FORMULA, _TEXT_MARK, _STARRED, _COUNTED)
_CHANGED = later(  # any of these in a column, to be looked at cell by cell
    rf"^(?:{'|'.join(one.pattern for one in _EVERY)})$", re.MULTILINE
)
_SIGNS = "=.,'*)\u00a0\u202f"  # one of which each has
_PADDED = range(8, 13)
_PAYMENT = later(
    r"card|\bpan|cvv|cvc|cv2|csc|cid|secur|verif|expir|exp\b|valid|sort|branch|account|acct|konto|compte"
    r"|(?:\b|_|bank)[as][/_. ]?c(?:\b|_|n)|(?:\b|_)acc(?:\b|_)"
    r"|ifsc|(?:\b|_)(?:bsb|aba|rtn)(?:\b|_)|routing|ag(?:\xea|e)ncia|(?:\b|_)conta(?:\b|_)",
    re.IGNORECASE,
)
_SORT_CODE = later(  # or what banks elsewhere have for it
    r"sort|(?:\A|[^a-z])s[/_. ]?c\Z|branch ?code"
    r"|ifsc|(?:\b|_)(?:bsb|aba|rtn)(?:\b|_)|routing|ag(?:\xea|e)ncia",
    re.IGNORECASE,
)
_ACCOUNT_NO = later(
    r"(?:acc(?:oun)?t?s?|konto)[^a-z]{0,2}(?:n(?:o|um|umber|r|bmr)\b|#|\Z)"
    r"|\b(?:bank)?[ _]?a[/_. ]?c(?:\b|_|n)|(?:\b|_)conta\b",
    re.IGNORECASE,
)
_CROWDED = 4
_NUMBERED = later(r"(.*[^0-9])([1-9])")
LONGEST_PART = 6
"""Digits in one of several columns that hold a number together."""

_PARTS = range(2, LONGEST_PART + 1)


def columns_of(rows: Sequence[Row]) -> dict[int, list[str]]:
    """Return the columns of rows; most have no empty cell, and are turned at once."""
    places = sorted(set[int]().union(*rows))
    if len(places) > 1 and all(len(row) == len(places) for row in rows):
        turned = zip(*map(itemgetter(*places), rows), strict=True)
        return {c: list(map(str.strip, cells)) for c, cells in zip(places, turned, strict=True)}
    columns: dict[int, list[str]] = {place: [] for place in places}
    for row in rows:
        for column, cell in row.items():
            columns[column].append(cell.strip())
    return columns


def mends(columns: Columns) -> dict[int, Mend]:
    """Return which columns have to be mended, and how."""
    found = ((column, _mend(cells)) for column, cells in columns.items())
    return {column: mend for column, mend in found if mend is not None}


def _mend(cells: Sequence[str]) -> Mend | None:
    text = "\n".join(cells)
    if not any(sign in text for sign in _SIGNS) or _CHANGED.search(text) is None:
        return _lengthened(cells)
    if any(_FLOAT.fullmatch(cell) for cell in cells):
        return without_point
    if any(_THOUSANDS.fullmatch(cell) for cell in cells):
        return _without_thousands
    if any(_FORMULA.fullmatch(cell) or _TEXT_MARK.fullmatch(cell) for cell in cells):
        return _without_marks
    return _unmarked(cells) or _lengthened(cells)


def _unmarked(cells: Sequence[str]) -> Mend | None:
    """Mend what a list of people has beside a value: a footnote's star, a place in the list."""
    if any(map(_STARRED.fullmatch, cells)):
        return partial(_within, _STARRED)
    return partial(_within, _COUNTED) if all(map(_COUNTED.fullmatch, cells)) else None


def _within(mark: re.Pattern[str], cell: str) -> str:
    found = mark.fullmatch(cell.strip())
    return found[1] if found is not None else cell


def _lengthened(cells: Sequence[str]) -> Mend | None:
    length = _length(cells)
    return (lambda cell: _padded(cell, length)) if length else None


def without_point(cell: str) -> str:
    """Return a whole number that was written as a decimal one without its point."""
    found = _FLOAT.fullmatch(cell.strip())
    return found[1] if found else cell


def _without_thousands(cell: str) -> str:
    plain = cell.strip()
    return "".join(filter(str.isdigit, plain)) if _THOUSANDS.fullmatch(plain) else cell


def _without_marks(cell: str) -> str:
    plain = cell.strip()
    found = _FORMULA.fullmatch(plain)
    return found[1] if found else plain.removeprefix("'")


def _length(cells: Sequence[str]) -> int:
    """Return the digits that numbers had before they lost leading zeros, 0 when they lost none."""
    if len(cells) < _FEWEST or not "".join(cells).isdigit():
        return 0
    if any(cell[:1] in {"", "0"} for cell in cells):
        return 0
    lengths = Counter(map(len, cells))
    length, most = lengths.most_common(1)[0]
    fits = length in _PADDED and max(lengths) == length and min(lengths) >= length - 2
    return length if fits and len(cells) > most >= _MOSTLY * len(cells) else 0


def _padded(cell: str, length: int) -> str:
    plain = cell.strip()
    return plain.zfill(length) if plain.isdigit() else cell


def nearby(names: Mapping[int, str], cells: Columns) -> tuple[int, ...]:
    """Return the columns in the order to write them: what belongs to a payment stands together."""
    columns = sorted({*names, *cells})
    if len(columns) <= _CROWDED:
        return tuple(columns)
    apart: list[int] = []
    together: list[int] = []
    chosen = apart
    for column in columns:
        if column in names:  # one without a name belongs to the one before it
            chosen = together if _is_of_a_payment(names[column]) else apart
        chosen.append(column)
    return (*apart, *_paired(together, names))


@lru_cache(maxsize=1024)
def _is_of_a_payment(name: str) -> bool:
    return _PAYMENT.search(name) is not None


def _paired(columns: list[int], names: Mapping[int, str]) -> list[int]:
    """Put account numbers right behind their sort codes, which are nothing without them."""
    sorts = [c for c in columns if _SORT_CODE.search(names.get(c, ""))]
    accounts = [c for c in columns if c not in sorts and _ACCOUNT_NO.search(names.get(c, ""))]
    if not (len(sorts) == len(accounts) > 0):
        return columns
    others = [column for column in columns if column not in {*sorts, *accounts}]
    return [*(column for pair in zip(sorts, accounts, strict=True) for column in pair), *others]


def stems(names: dict[int, str], cells: Columns) -> dict[int, str]:
    """Return which columns (card1, card2, ....

    Or without names after one) hold a number in parts.
    """
    found: dict[int, str] = {}
    for column, name in names.items():
        numbered = _NUMBERED.fullmatch(name)
        if numbered is not None:
            found[column] = numbered[1].rstrip(" _-")
    times = Counter(found.values())
    found = {column: stem for column, stem in found.items() if times[stem] > 1}
    return {**found, **_unnamed_parts(names, cells)}


def _unnamed_parts(names: dict[int, str], cells: Columns) -> dict[int, str]:
    """Return the columns under a name that spans several, as merged cells do."""
    found: dict[int, str] = {}
    for column, name in sorted(names.items()):
        follower = column + 1
        while _may_follow(follower, names, cells) and _hold_parts(cells.get(column, ())):
            found[column] = found[follower] = name
            follower += 1
    return found


def _may_follow(column: int, names: dict[int, str], cells: Columns) -> bool:
    return column not in names and column in cells and _hold_parts(cells[column])


def _hold_parts(cells: Sequence[str]) -> bool:
    return bool(cells) and all(map(_is_part, cells))


def _is_part(cell: str) -> bool:
    return cell.isdigit() and len(cell) in _PARTS
