"""Writes whole objects whose values tell nothing of each other, by a plan for their keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.columns import without_point
from agentguard.detect.tables.field_names import is_label, one_line, path, said, template
from agentguard.detect.tables.sibling_fields import NAMED, NAMING, SAID
from agentguard.detect.tables.split_numbers import together
from agentguard.detect.tables.talk_turns import is_talk
from agentguard.detect.tables.typed_numbers import is_known, is_number, is_type

Pairs = tuple[tuple[str, object], ...]
"""Keys and values of an object in order: texts, objects, lists, and others that have no text."""

KEPT = 3
"""Of the keys above a value, those that tell of it."""

OPENING = frozenset("{[ \n")
"""What a value begins with that may be a document itself."""

_MOST_PLANS = 1024
_MOST_LISTED = 1000
_MOST_REFUSED = 8
_SHORTEST_WRAPPED = 24
_BASE_64 = later(r"[A-Za-z0-9+/]{22,}+={0,2}")
_DIGITS = frozenset("0123456789")
_MOST_NUMBERED = 2  # three may be the parts of one number
_POINTED = frozenset("0 \t\n")  # what ends a number that was written with a point


def may_be_wrapped(value: str) -> bool:
    """Check whether a value may be base64 of a text."""
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
        found = self._templates.get(labels)
        if found is None:
            short = {index for index, is_name in zip(self._naming, labels, strict=True) if is_name}
            names = (
                self._named[index] if index in short else name
                for index, name in enumerate(self._plain)
            )
            found = self._templates[labels] = template(names)
        return found % tuple(values)


class Flat:
    """Knows how objects are written, by their keys and those above them."""

    def __init__(self) -> None:
        self._plans: dict[tuple[tuple[str, ...], tuple[str, ...]], _Plan] = {}
        self._related: dict[tuple[str, ...], bool] = {}
        self._refused: Counter[int] = Counter()

    def may_write(self, depth: int) -> bool:
        """Check whether an object may be written so: the last ones as deep were not all refused."""
        return self._refused[depth] < _MOST_REFUSED

    def write(self, depth: int, above: tuple[str, ...], pairs: Pairs | None) -> str | None:
        """Return the text of an object; None for none, and where it has to be taken in pieces."""
        text = None if pairs is None else self.text(above, pairs)
        self._refused[depth] = 0 if text is not None else self._refused[depth] + 1
        return text

    def text(self, above: tuple[str, ...], pairs: Pairs) -> str | None:
        """Return the text of an object; None where its values have to be looked at one by one."""
        keys = tuple([key for key, value in pairs if isinstance(value, str)])
        if keys not in self._related:
            if len(self._related) >= _MOST_PLANS:
                self._related.clear()
            self._related[keys] = _are_related(keys)
        return None if self._related[keys] else self._object(above, pairs)

    def _object(self, above: tuple[str, ...], pairs: Pairs) -> str | None:
        out: list[str | None] = []
        texts: list[tuple[str, str]] = []
        for key, value in pairs:
            if isinstance(value, str):
                if value:
                    texts.append((key, value))
            elif isinstance(value, (tuple, list)):
                out.append(self._texts(above, texts))
                texts = []
                out.append(self._below(above, one_line(key), value))
        out.append(self._texts(above, texts))
        written = [text for text in out if text is not None]
        return "".join(written) if len(written) == len(out) else None

    def _below(self, above: tuple[str, ...], key: str, value: Pairs | list[object]) -> str | None:
        names = (*above, key)[-KEPT:] if key else above
        if isinstance(value, tuple):
            return self.text(names, value)
        if len(value) > _MOST_LISTED:
            return None
        if any(isinstance(one, (tuple, list)) for one in value):
            texts = [self.text(names, one) if isinstance(one, tuple) else None for one in value]
            written = [text for text in texts if text is not None]
            return "".join(written) if len(written) == len(texts) else None
        values = [_plain(one) for one in value if isinstance(one, str) and one]
        return _listed(path(names), values) if all(values) else None

    def _texts(self, above: tuple[str, ...], texts: Sequence[tuple[str, str]]) -> str | None:
        """Write values that stand beside each other."""
        if not texts:
            return ""
        known = above, tuple([key for key, _ in texts])
        plan = self._plans.get(known)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[known] = _Plan(*known)
        values = [_plain(value) for _, value in texts]
        return plan.write(values) if all(values) else None


def are_lines(values: Sequence[str]) -> bool:
    """Check whether values are the lines of a note: some of them name, others have digits."""
    numbers = [_DIGITS.isdisjoint(value) for value in values]
    if not any(numbers) and len(values) > 1 and all(":" in value for value in values):
        return is_talk("\n".join(values))
    if all(numbers) or not any(numbers) or any(map(_may_hold_more, values)):
        return False
    return any(bare and is_label(value) for bare, value in zip(numbers, values, strict=True))


def _may_hold_more(value: str) -> bool:
    return value[:1] in OPENING and not value[1:2].isdigit()  # "[10:42] Ann: ..." is a talk's line


def _listed(name: str, values: Sequence[str]) -> str:
    if are_lines(values):
        return said(name, "\n".join(values))
    return "".join(said(name, value) for value in values) + together(name, values)


def _plain(value: str) -> str:
    """Return the text of a value; nothing for one in which more may be wrapped."""
    if value[0] in OPENING or may_be_wrapped(value):
        return ""
    return without_point(value) if value[-1] in _POINTED else value


def _are_related(keys: Sequence[str]) -> bool:
    """Check whether the value of one field may say what that of another one is, or go on in it."""
    keys = [one_line(key) for key in keys]
    lows = {key.lower() for key in keys}
    numbered = sum(key[-1:] in _DIGITS for key in keys)
    if lows & NAMED or lows & SAID or numbered > _MOST_NUMBERED:
        return True
    return any(is_number(key, own=True) for key in keys)
