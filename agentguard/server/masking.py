"""What people and desks write, masked once more before anything is held of it.

An honest desk has masked its texts already; a client of another make, and a person at the console,
have not. Ids and keyed hashes stay as they are. See docs/adr/0036-values-in-names.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from agentguard.base.logs import MASK, mask
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.wire import v1

_IDS = frozenset(("digest", "id", "person", "device", "item"))
"""Parameters that are ids: they may hold long runs of digits, and name nobody."""

_OURS = frozenset(
    ("build", "date", "expires", "known", "lapsed", "product", "products", "program", "programs",
     "refused", "review", "systems", "version")
)  # fmt: skip
"""Parameters that our own lists and policies fill: their days and versions say what is to do."""

_PLAIN = re.compile(
    r"(?<![\w./-])("
    r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"  # a day of this century
    r"|\d{1,5}(?:\.\d{1,5}){1,3}"  # 26100.2314, 128.0.6613.120
    r")(?![\w/-]|\.\d)"
)

_SHORTEST = 6  # characters of a value
_GREATEST = 10**12 - 1  # of a count or a time; a longer number is a number of something


def text(value: str) -> str:
    """Return what a person wrote, with every value masked that the finders know or suspect."""
    if len(value) < _SHORTEST:
        return value
    return mask(default_scanner().mask(value))


def name(value: str) -> str:
    """Return a name that a computer goes by: it may hold a long number of its own, but no value."""
    return default_scanner().mask(value)


def report(given: v1.Report) -> v1.Report:
    """Return a report whose sentences, names and masks hold no value."""
    events = tuple(map(_event, given.events))
    controls = None if given.controls is None else tuple(map(_control, given.controls))
    return msgspec.structs.replace(given, events=events, controls=controls)


def _event(one: v1.Event) -> v1.Event:
    if not (one.params or one.text or one.place or one.hits or one.counts):
        return one
    return msgspec.structs.replace(
        one,
        place=mask(one.place),
        params=_params(one.params),
        hits=tuple(map(_hit, one.hits)),
        text=text(one.text),
        counts={mask(name): tuple(map(_times, row)) for name, row in one.counts.items()},
    )


def _times(given: int) -> int:
    """Return a count; what is too great, or less than nothing, is none."""
    return given if 0 <= given <= _GREATEST else 0


def _hit(one: v1.Masked) -> v1.Masked:
    return msgspec.structs.replace(one, masked=tuple(map(mask, one.masked)))


def _control(one: v1.Control) -> v1.Control:
    if not (one.params or one.rows):
        return one
    rows = tuple(msgspec.structs.replace(row, params=_params(row.params)) for row in one.rows)
    return msgspec.structs.replace(one, params=_params(one.params), rows=rows)


def _params(given: Mapping[str, str | int]) -> dict[str, str | int]:
    return {key: value if key in _IDS else _param(key, value) for key, value in given.items()}


def _param(key: str, value: str | int) -> str | int:
    if isinstance(value, str):
        return _listed(value) if key in _OURS else mask(value)
    return value if -_GREATEST <= value <= _GREATEST else MASK


def _listed(value: str) -> str:
    """Return what a list of ours says: no value, and its days and versions as they are."""
    if mask(value) == value:  # a look costs a hundredth of a search
        return value
    parts = _PLAIN.split(name(value))
    return "".join(part if place % 2 else mask(part) for place, part in enumerate(parts))
