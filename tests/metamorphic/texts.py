"""Notes whose values are known, look-alikes, and what is found of both whatever is around them."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from agentguard.detect.tables.field_names import respaced
from tests.unit.detect.files.extracted import counts

VECTORS = Path(__file__).parents[1] / "vectors"
AROUND = ("", "Lunch\n\n", "text: ")
"""Nothing, a line above, a name before: what counts in each of them is owed to no place."""

_STRUCTURED = re.compile(
    r"[\t\x1e\\|]|^[>#]|<[^<>\s]+|[%&+]\w|-----BEGIN| {3}|^\[\w+\]$"
    r"|^\w[\w ]*[,;]\w|\{\"|^- ",
    re.MULTILINE,
)
"""A text that is of a format itself: within another one it would be another text."""


@cache
def notes() -> tuple[str, ...]:
    """Give every accepted text of the vectors, and of what desks write.

    Not those with names written as one, which are told apart only where a line begins.
    """
    files = sorted((VECTORS / "pii").glob("*.toml"))
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    every = [case["text"] for each in tables for case in each.get("accept", ())]
    desk = tomllib.loads((VECTORS / "desk.toml").read_text(encoding="utf-8"))["note"]
    every += [case["text"] for case in desk]
    plain = (text for text in every if "\r" not in text and not _STRUCTURED.search(text))
    return tuple(text for text in plain if respaced(text) == text)


@cache
def look_alikes() -> tuple[str, ...]:
    """Give every refused text of the vectors, and the notes, in which nothing else is a value."""
    files = sorted((VECTORS / "pii").glob("*.toml"))
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    every = [case["text"] for each in tables for case in each.get("reject", ())]
    return tuple(text for text in (*every, *notes()) if not _STRUCTURED.search(text))


@cache
def least(text: str) -> dict[str, int]:
    """Give what is found of a text by itself, below a line, and behind a name."""
    found = [counts((around + text).encode()) for around in AROUND]
    return {kind: min(each.get(kind, 0) for each in found) for kind in found[0]}


@cache
def most(text: str) -> dict[str, int]:
    """Give the most that is found of a text in any of them."""
    found = [counts((around + text).encode()) for around in AROUND]
    return {kind: max(each.get(kind, 0) for each in found) for one in found for kind in one}
