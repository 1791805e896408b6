"""Writes objects of plain values that tell nothing of each other, by a plan for their keys."""

from __future__ import annotations

from collections.abc import Sequence

from agentguard.pii.later import later
from agentguard.scan.extract._columns import without_point
from agentguard.scan.extract._names import is_label, one_line, path, said
from agentguard.scan.extract._siblings import NAMED, NAMING, SAID
from agentguard.scan.extract._typed import is_known, is_number, is_type

Pairs = Sequence[tuple[str, object]]
"""Keys and values in order; what is no text has none."""

OPENING = frozenset("{[ \n")
"""What a value begins with that may be a document itself."""

_MOST_PLANS = 1024
_SHORTEST_WRAPPED = 24
_BASE_64 = later(r"[A-Za-z0-9+/]{22,}+={0,2}")
_DIGITS = frozenset("0123456789")
_MOST_NUMBERED = 2  # three may be the parts of one number
_POINTED = frozenset("0 \t\n")  # what ends a number that was written with a point


def may_be_wrapped(value: str) -> bool:
    """Tell whether a value may be base64 of a text."""
    size = len(value)
    return size > _SHORTEST_WRAPPED and not size % 4 and _BASE_64.fullmatch(value) is not None


class _Plan:
    """How the objects with some keys are written."""

    def __init__(self, above: tuple[str, ...], keys: Sequence[str]) -> None:
        keys = [one_line(key) for key in keys]
        self._plain = [path((*above, key)) or key for key in keys]
        self._named = keys
        self._naming = [index for index, key in enumerate(keys) if key.lower() in NAMING]
        self._types = [index for index, key in enumerate(keys) if is_type(key)]
        self._types = self._types if any(map(is_number, keys)) else []
        self._templates: dict[tuple[bool, ...], str] = {}

    def write(self, values: Sequence[str]) -> str | None:
        """Write values behind their names; None where one says of what kind another one is.

        What may name others stands without the keys above.
        """
        if any(is_label(values[index]) and is_known(values[index]) for index in self._types):
            return None
        labels = tuple([is_label(values[index]) for index in self._naming])
        template = self._templates.get(labels)
        if template is None:
            short = {index for index, is_name in zip(self._naming, labels, strict=True) if is_name}
            names = (
                self._named[index] if index in short else name
                for index, name in enumerate(self._plain)
            )
            template = "".join(said(name.replace("%", "%%"), "%s") for name in names)
            self._templates[labels] = template
        return template % tuple(values)


class Flat:
    """Knows how objects are written, by their keys and those above them."""

    def __init__(self) -> None:
        self._plans: dict[tuple[tuple[str, ...], tuple[str, ...]], _Plan | None] = {}

    def text(self, above: tuple[str, ...], pairs: Pairs) -> str | None:
        """Give the text of an object; None where its values have to be looked at one by one."""
        filled = [(key, value) for key, value in pairs if isinstance(value, str) and value]
        keys = tuple([key for key, _ in filled])
        known = above, keys
        if known not in self._plans:
            if len(self._plans) >= _MOST_PLANS:
                return None
            self._plans[known] = None if _are_related(keys) else _Plan(above, keys)
        plan = self._plans[known]
        values = [_plain(value) for _, value in filled] if plan is not None else []
        return None if plan is None or not all(values) else plan.write(values)


def _plain(value: str) -> str:
    """Give the text of a value; nothing for one in which more may be wrapped."""
    if value[0] in OPENING or may_be_wrapped(value):
        return ""
    return without_point(value) if value[-1] in _POINTED else value


def _are_related(keys: Sequence[str]) -> bool:
    """Tell whether the value of one field may say what that of another one is, or go on in it."""
    keys = [one_line(key) for key in keys]
    lows = {key.lower() for key in keys}
    numbered = sum(key[-1:] in _DIGITS for key in keys)
    if lows & NAMED or lows & SAID or numbered > _MOST_NUMBERED:
        return True
    return any(is_number(key, own=True) for key in keys)
