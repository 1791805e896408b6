"""Columns without a name, named by what they hold where the values themselves prove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.byte_folding import fold
from agentguard.detect.recogniser import Candidate, Recogniser
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.score.judgement import decide
from agentguard.detect.tables.call_columns import are_queued
from agentguard.detect.tables.columns import LONGEST_PART
from agentguard.detect.tables.field_names import said
from agentguard.detect.tables.header_rows import Row
from agentguard.detect.tables.passport_columns import are_of_their_states
from agentguard.detect.trace_records import Belief

_FEWEST, _FEWEST_CARDS, _FIRST = 5, 3, 8
_MOST_COLUMNS = 200
_MOSTLY = 0.9
# One in ten wrong numbers has the right check digit by chance, so five rows are proof enough.
_CHECKED = (
    ("NHS", "NHS number", later(r"[0-79][0-9]{2}[ \-]?[0-9]{3}[ \-]?[0-9]{4}")),
    ("PHONE", "phone", later(r"0[1237][0-9]{8,9}")),
    ("AADHAAR", "Aadhaar number", later(r"[2-9][0-9]{3}[ \-]?[0-9]{4}[ \-]?[0-9]{4}")),
)
_CARD = later(r"[0-9][0-9 \-]{11,22}[0-9]")
_EXPIRY = later(r"(?:0[1-9]|1[0-2])[/\-. ]?(?:20)?[0-9]{2}")
_FEWEST_DIGITS = 15
_CODE = later(r"[0-9]{3,4}")
_AMEX, _CODE_LENGTH = 15, 3  # the code on the front has four digits, that on the back three
_DATE = later(
    r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.]((?:19|20)[0-9]{2})|((?:19|20)[0-9]{2})[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
)
_SHORT_DATE = later(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{2})")
_IN_WORDS = later(
    r"[0-9]{1,4}[. \-/]{1,2}(?:de |d')?[^\W\d_]{3,12}[. \-/,]{1,2}(?:del? )?[0-9]{2,4}"
    r"|[^\W\d_]{3,12}[. \-]{1,2}[0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}"
)
_LAST, _THIS, _NOW = 1900, 2000, 30
_MONTHS, _DAYS = 12, 31
_CALLED = later(r"[+(0-9][0-9 ()./\-]{6,20}")
_FEWEST_ABROAD = 2
_BORN_BEFORE, _GENERATION, _CENTURY = 1975, 20, 100


def supposed(sample: Sequence[Row], named: Mapping[int, str]) -> dict[int, str]:
    """Name columns that are not named; only those whose values can be nothing else."""
    rows = [row for row in sample if len(row) > 1]
    columns = sorted(set[int]().union(*rows) - named.keys())[:_MOST_COLUMNS]
    found: dict[int, str] = {}
    for column in columns if len(rows) >= _FEWEST else ():
        cells = [row[column].strip() for row in rows if column in row]
        if len(set(cells)) >= _FEWEST and (name := _by_values(cells)):
            found[column] = name
        elif follows_card(rows, column):
            found[column] = "cvv"
        elif are_of_their_states(rows, column):
            found[column] = "passport"
        elif are_queued(rows, column):
            found[column] = "caller phone"
    return found


def _by_values(cells: Sequence[str]) -> str:
    for kind, name, shape in _CHECKED:
        if all(map(shape.fullmatch, cells)) and share(kind, name, cells) >= _MOSTLY:
            return name
    if are_births(cells):
        return "date of birth"
    return "phone" if are_phones("", cells) else ""


def are_phones(name: str, cells: Sequence[str]) -> bool:
    """Tell telephone numbers by country codes before some of them, where no name tells them."""
    if not cells or not _CALLED.fullmatch(cells[0]):
        return False
    abroad = sum(cell.startswith("+") for cell in cells)
    if abroad < _FEWEST_ABROAD or _FEWEST * abroad < len(cells):
        return False
    if not all(map(_CALLED.fullmatch, cells)):
        return False
    if name and (_tells_phones(name) or share("PHONE", name, cells[:_FIRST]) >= _MOSTLY):
        return False
    return share("PHONE", "phone", cells) >= _MOSTLY


@lru_cache(maxsize=256)
def _tells_phones(name: str) -> bool:
    """Check whether a name alone tells numbers that nothing else tells."""
    return judged("PHONE", name, ("61 23 45 67", "61234567")) == 1


def judged(kind: str, name: str, cells: Sequence[str], *, labelled: bool = False) -> float:
    """Return the part of the cells that a kind alone is sure of, without a search of a text.

    The name is one of its labels, or says by its words what it can.
    """
    told = name if labelled else ""
    each = (
        Candidate(text=cell, before=f"{name}: ", after="\n", labelled=labelled, told=told)
        for cell in cells
    )
    recogniser = _recognisers()[kind]
    return sum(decide(recogniser, one).belief is Belief.SURE for one in each) / len(cells)


def are_mostly(kind: str, label: str, cells: Sequence[str]) -> bool:
    """Check whether a kind is sure of at least half of some cells behind one of its labels."""
    missing = len(cells) // 2
    for cell in cells:
        missing -= judged(kind, label, (cell,), labelled=True) < 1
        if missing < 0:
            return False
    return True


def share(kind: str, name: str, cells: Sequence[str]) -> float:
    """Return the part of the different cells that hold a value of a kind behind a name."""
    return shares(name, cells).get(kind, 0.0)


def shares(name: str, cells: Sequence[str]) -> dict[str, float]:
    """Return the same for every kind."""
    found = default_scanner().scan("".join(said(name, cell) for cell in cells))
    count = len(set(cells))
    return {hit.kind: hit.count / count for hit in found}


def are_births(cells: Sequence[str], before: int = _BORN_BEFORE) -> bool:
    """Tell birthdays from other dates: some lie before a year, and they span a generation."""
    if not cells or not (_year(cells[0]) or _born(cells[0])):
        return False
    whole = [_year(cell) for cell in cells]
    years = whole if all(whole) else [_born(cell) for cell in cells]
    if not all(years) or min(years) >= before or max(years) - min(years) < _GENERATION:
        return False
    return all(whole) or (len(set(cells)) >= _FEWEST and _around(years) >= _GENERATION)


def _around(years: Sequence[int]) -> int:
    """Return the years that some span when the century is unknown: '27 to '35 are eight."""
    ends = sorted({year % _CENTURY for year in years})
    gaps = (after - year for year, after in pairwise([*ends, ends[0] + _CENTURY]))
    return _CENTURY - max(gaps)


def _year(cell: str) -> int:
    """Return the year of a day in numbers, 0 for what is none."""
    found = _DATE.fullmatch(cell)
    return int(found[1] or found[2]) if found is not None else 0


def _born(cell: str) -> int:
    """Return the year of the birth of someone alive, whose month may be a word; 0 for none."""
    if found := _SHORT_DATE.fullmatch(cell):
        one, other = sorted((int(found[1]), int(found[3])))
        if not 0 < one <= _MONTHS or other > _DAYS:
            return 0
        return int(found[4]) + (_THIS if int(found[4]) <= _NOW else _LAST)
    if not _IN_WORDS.fullmatch(cell):
        return 0
    text = fold(cell).decode("latin-1")
    day = Candidate(text=text, before="dob: ", after="\n", labelled=True, told="dob")
    answer = decide(_recognisers()["DOB"], day)
    return int(answer.value[:4]) if answer.belief is Belief.SURE else 0


@cache
def _recognisers() -> dict[str, Recogniser]:
    """Return the recognisers, by kind."""
    return {each.kind: each for each in default_scanner().recognisers}


def follows_card(rows: Sequence[Row], column: int) -> bool:
    """Tell a column of security codes: as long as the card before it asks, right behind it."""
    first = next((row[column] for row in rows if column in row), "")
    if not _CODE.fullmatch(first.strip()):
        return False
    codes = [row for row in rows if column in row]
    if not all(_CODE.fullmatch(row[column].strip()) for row in codes):
        return False
    before = column - 1
    if all(_EXPIRY.fullmatch(row.get(before, "").strip()) for row in codes):
        before -= 1
    cards = [_number_to(row, before) for row in codes]
    if not all(_fits(card, row[column].strip()) for card, row in zip(cards, codes, strict=True)):
        return False
    return len(set(cards)) >= _FEWEST_CARDS and share("PAN", "card number", cards) >= _MOSTLY


def _number_to(row: Row, column: int) -> str:
    """Return the number that ends in a column, and begins before it when it stands in parts."""
    number = row.get(column, "").strip()
    while number and len(number) < _FEWEST_DIGITS and number.isdigit():
        column -= 1
        part = row.get(column, "").strip()
        if not part.isdigit() or len(part) > LONGEST_PART:
            break
        number = part + number
    return number


def _fits(card: str, code: str) -> bool:
    digits = sum(map(str.isdigit, card))
    fits = len(code) == _CODE_LENGTH or digits == _AMEX
    return _CARD.fullmatch(card.strip()) is not None and fits
