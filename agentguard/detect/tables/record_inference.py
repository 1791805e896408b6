"""Records that come one after the other: their fields are named by what they prove to be.

The first records tell; what is written before they have is held so long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.tables.checksum_columns import proven
from agentguard.detect.tables.columns import columns_of
from agentguard.detect.tables.header_rows import Row

_HELD = 64 << 10
"""Characters that are looked at, and held until then."""

_MOST_RECORDS, _MOST_FIELDS = 40, 64
_LONGEST_NAME = 80
_FEWEST_RECORDS = 3


def proving(pieces: Iterator[str]) -> Iterator[str]:
    """Yield the text of records in pieces, each of whole values, with further names for some."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _HELD:
            break
    further = _further("".join(held)[: 2 * _HELD])
    if not further:
        yield from held
        yield from pieces
        return
    names = "|".join(map(re.escape, further))
    field = re.compile(rf"(?:\A|(?<={FENCE}))({names}): ")
    for texts in (held, pieces):
        for text in texts:
            yield field.sub(lambda found: f"{further[found[1]]}: ", text)


def _further(text: str) -> dict[str, str]:
    """Return longer names for the fields whose values prove what they are."""
    fields: dict[str, int] = {}
    records: list[Row] = []
    record: dict[int, str] = {}
    for item in text.split(FENCE):
        name, joint, value = item.partition(": ")
        if not joint or "\n" in name or len(name) > _LONGEST_NAME:
            continue
        number = fields.setdefault(name, len(fields))
        if number in record:
            records.append(record)
            record = {}
        record[number] = value.strip()
        if len(records) >= _MOST_RECORDS or len(fields) > _MOST_FIELDS:
            break
    records.append(record)
    if len(records) < _FEWEST_RECORDS or len(fields) > _MOST_FIELDS:
        return {}
    named = {number: name for name, number in fields.items()}
    further = proven(records, columns_of(records), named)
    return {named[number]: name for number, name in further.items()}
