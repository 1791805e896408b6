"""Makes a value of any dataclass of the model with one text in every text that it has."""

from __future__ import annotations

import enum
import string
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from agentguard.base import translations
from agentguard.model.messages import Message

SAID = translations.load()
PLAIN = {bool: False, int: 1, float: 1.0, object: None}


@cache
def placeholders(id_: str) -> tuple[str, ...]:
    """Give the names of what a sentence is filled with."""
    parsed = string.Formatter().parse(SAID.sentences[id_])
    return tuple(name for _, name, _, _ in parsed if name)


def message(id_: str, text: str) -> Message:
    """Give a sentence's message with the text in each of its places."""
    return Message(id=id_, params=dict.fromkeys(placeholders(id_), text))


@dataclass(frozen=True)
class Filler:
    """Puts `text` in every text, but what is `argued` in a field (class, name).

    A message is the sentence `told`.
    """

    text: str
    argued: Mapping[tuple[str, str], Any]
    told: str

    def made(self, kind: Any) -> Any:
        """Give a value of a dataclass."""
        if kind is Message:
            return message(self.told, self.text)
        hints = get_type_hints(kind)
        names = [one.name for one in fields(kind) if one.init]
        return kind(**{name: self._field(kind, name, hints[name]) for name in names})

    def _field(self, kind: Any, name: str, hint: Any) -> Any:
        key = (kind.__name__, name)
        return self.argued[key] if key in self.argued else self._one(hint)

    def _one(self, hint: Any) -> Any:
        origin, inside = get_origin(hint), get_args(hint)
        if origin in {Union, types.UnionType}:
            return self._one(next(i for i in inside if i is not type(None)))
        if origin in {tuple, frozenset}:
            return origin((self._one(inside[0]),))
        if origin is Literal:
            return inside[0]
        if origin is not None and issubclass(origin, Mapping):
            return {}
        return self._leaf(hint)

    def _leaf(self, hint: Any) -> Any:
        if hint is str:
            return self.text
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return next(iter(hint))
        if is_dataclass(hint):
            return self.made(hint)
        assert hint in PLAIN, f"no way to fill {hint}"
        return PLAIN[hint]


def texts_of(value: object, left_out: frozenset[str] = frozenset()) -> Iterator[str]:
    """Give every text in a value and below it, but those of the fields that are left out."""
    if isinstance(value, str):
        yield value
    for inner in _inside(value, left_out):
        yield from texts_of(inner, left_out)


def _inside(value: object, left_out: frozenset[str]) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, tuple | list | frozenset | set):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, f.name) for f in fields(value) if f.name not in left_out]
    return ()
