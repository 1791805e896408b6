"""What may stand in a policy, taken from frozen dataclasses: the one declaration behind all.

A field's type is int, bool, str, a StrEnum, a Literal of texts, a frozen dataclass, or
`tuple[X, ...]` of one of these. Its metadata: `doc` (a sentence: what it is and what is allowed),
`min` and `max` (of a number, or of a list's length), `pattern` (a whole text must match it),
`longest` (characters of a text, where it may have more than others),
`stricter`: which way asks for more (`more` of a number or a list that asks for more when it grows,
`fewer` of a list, `less` of a part of a list's items, `any` of one that says nothing of it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from agentguard.base.errors import CatalogueError

LONGEST_TEXT = 1000
LONGEST_LIST = 1000
LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int = -LARGEST
    high: int = LARGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text that `pattern` matches as a whole, None for any; `doc` says it in words."""

    pattern: str | None = None
    doc: str = ""
    longest: int = LONGEST_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a few words; `options` gives the value that each stands for."""

    options: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list; one of choices holds each choice once."""

    item: Spec
    least: int = 0
    most: int = LONGEST_LIST


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key of a record; `default` is MISSING when the key must be there."""

    spec: Spec
    doc: str = ""
    default: object = MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A table; `make` gives the value of its entries."""

    make: Callable[..., object]
    entries: Mapping[str, Entry]


Spec = Whole | Flag | Words | Choice | Listing | Record


def record(kind: type) -> Record:
    """Read a frozen dataclass.

    Raises:
        CatalogueError: a field has a type that a policy cannot hold; the program is wrong.

    """
    if not is_dataclass(kind):
        raise CatalogueError(f"{kind.__name__} is not a dataclass.")
    hints = get_type_hints(kind)
    return Record(
        make=kind,
        entries={f.name: _entry(f, hints[f.name], kind) for f in fields(kind) if f.init},
    )


def _entry(field: Field[Any], hint: object, owner: type) -> Entry:
    default: object = field.default
    if field.default_factory is not MISSING:
        default = field.default_factory()
    try:
        spec = _spec(hint, field.metadata)
    except TypeError:
        raise CatalogueError(f"{owner.__name__}.{field.name} has a type no policy can hold.") from (
            None
        )
    return Entry(spec=spec, doc=str(field.metadata.get("doc", "")), default=default)


def _spec(hint: object, metadata: Mapping[str, Any]) -> Spec:
    if get_origin(hint) is Literal:
        return Choice(options={str(word): word for word in get_args(hint)})
    if get_origin(hint) is tuple:
        return _listing(get_args(hint), metadata)
    if not isinstance(hint, type):
        raise TypeError(hint)
    if is_dataclass(hint):
        return record(hint)
    if issubclass(hint, StrEnum):
        return Choice(options={member.value: member for member in hint})
    return _plain(hint, metadata)


def _plain(hint: type, metadata: Mapping[str, Any]) -> Spec:
    if hint is bool:
        return Flag()
    if hint is int:
        return Whole(low=metadata.get("min", -LARGEST), high=metadata.get("max", LARGEST))
    if hint is str:
        pattern = metadata.get("pattern")
        if pattern is not None:
            re.compile(pattern)
        longest = metadata.get("longest", LONGEST_TEXT)
        return Words(pattern=pattern, doc=str(metadata.get("doc", "")), longest=longest)
    raise TypeError(hint)


def _listing(args: tuple[object, ...], metadata: Mapping[str, Any]) -> Listing:
    if len(args) != 2 or args[1] is not Ellipsis:  # noqa: PLR2004 - tuple[X, ...]
        raise TypeError(args)
    inner = {key: metadata[key] for key in ("pattern", "doc", "longest") if key in metadata}
    return Listing(
        item=_spec(args[0], inner),
        least=metadata.get("min", 0),
        most=metadata.get("max", LONGEST_LIST),
    )
