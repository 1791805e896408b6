"""Tables that name a field in each row: histories, answers to forms, records that were unrolled.

Also rows without names above them whose cells bring their own: "dob=1980-04-03; card=4539...".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.tables.field_names import is_label, one_line, said
from agentguard.detect.tables.header_rows import Row

Write = Callable[[Row], str]

_FIELD = words(
    "field fieldname attribute attributename property item question element column key parameter"
    " feld campo champ veld pole setting fieldlabel"
)
_VALUE = words(
    "value old new oldvalue newvalue originalvalue original before after answer from to was is"
    " previous current fieldvalue response wert valor valeur waarde oldval newval"
)
_APART = later(r"[^a-z]+")
_ASSIGNED = later(r"\s*([^\W\d_][^=:()\[\]]{0,48}?)\s?(?:=|: ?|\(|\[)\s*(.*?)[)\]]?[.;,]?\s*")
_MOSTLY = 0.8
_FEWEST = 3


def by_fields(names: Mapping[int, str]) -> Write | None:
    """Return how to write rows of which one cell names the field and others hold its values."""
    low = {column: _letters(name) for column, name in names.items()}
    fields = [column for column, name in low.items() if name in _FIELD]
    values = [column for column, name in low.items() if name in _VALUE]
    if len(fields) != 1 or not values:
        return None

    def write(row: Row) -> str:
        label = row.get(fields[0], "")
        named = one_line(label) if is_label(label) else ""
        return "".join(
            said(named if column in values else one_line(names.get(column, "")), row[column])
            for column in sorted(row)
            if column != fields[0]
        )

    return write


@lru_cache(maxsize=1024)
def _letters(name: str) -> str:
    return _APART.sub("", name.lower())


def by_cells(rows: Sequence[Row]) -> Write | None:
    """Return how to write rows of which nearly each cell brings its name."""
    cells = [cell for row in rows for cell in row.values()]
    count = sum(_ASSIGNED.fullmatch(cell) is not None for cell in cells)
    many = sum(len(row) >= _FEWEST for row in rows)
    if count < _MOSTLY * len(cells) or 2 * many < len(rows) or not cells:
        return None
    return _assigned


def _assigned(row: Row) -> str:
    found = ((_ASSIGNED.fullmatch(row[column]), row[column]) for column in sorted(row))
    return "".join(
        said(one_line(match[1]), match[2]) if match is not None else f"{cell}\n"
        for match, cell in found
    )
