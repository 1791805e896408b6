"""Records whose methods are shared by all of them, and not written anew for each.

`dataclasses` compiles six methods for every record, and an agent has six hundred records: 4 MiB on
every desk, for what one function of each kind does as well. Only what is made for an agent is made
so; what is made before (and in the endpoint) is as ever.
"""

from __future__ import annotations

import dataclasses
from _thread import get_ident
from collections.abc import Callable
from operator import attrgetter
from typing import Any

Values = Callable[[object], tuple[object, ...]]

_made_by_python = dataclasses.dataclass
_compared: dict[type, Values] = {}
_hashed: dict[type, Values] = {}
_being_shown: set[tuple[int, int]] = set()


def share() -> None:
    """Let every record that is made from now on in this process share its methods."""
    vars(dataclasses)["dataclass"] = lean


def lean(cls: type | None = None, /, **how: Any) -> Any:
    """Make a record as `dataclasses.dataclass` does, with the methods of all."""
    if cls is None:
        return lambda given: lean(given, **how)
    own = frozenset(vars(cls))
    if not cls.__doc__:  # without one, a text is made of its signature, which nobody reads
        cls.__doc__ = cls.__name__
    made: type = _made_by_python(cls, **how)
    for name, shared in SHARED.items():
        if name not in own and vars(made).get(name) is not None:
            setattr(made, name, shared)
            if made is not cls:  # with slots it is a second class, and the first one goes late
                delattr(cls, name)
    return made


def _owners(cls: type, name: str) -> list[type]:
    """Return the records that a method was made for, nearest first: a class may inherit it."""
    return [one for one in cls.__mro__ if vars(one).get(name) is SHARED[name]]


def _values(cls: type, name: str) -> Values:
    """Return what takes the values out of a record that count for a method."""
    fields = dataclasses.fields(_owners(cls, name)[0])
    names = [one.name for one in fields if _counts(one, name)]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, one) for one in names)


def _counts(one: dataclasses.Field[Any], name: str) -> bool:
    return one.compare if name == "__eq__" or one.hash is None else one.hash


def _known(cls: type, name: str, known: dict[type, Values]) -> Values:
    found = known.get(cls)
    if found is None:
        found = known[cls] = _values(cls, name)
    return found


def _eq(self: object, other: object) -> object:
    if self is other:
        return True
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = _known(self.__class__, "__eq__", _compared)
    return values(self) == values(other)


def _hash(self: object) -> int:
    return hash(_known(self.__class__, "__hash__", _hashed)(self))


def _repr(self: object) -> str:
    shown = (id(self), get_ident())
    if shown in _being_shown:
        return "..."
    _being_shown.add(shown)
    try:
        fields = dataclasses.fields(_owners(self.__class__, "__repr__")[0])
        said = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields if f.repr)
    finally:
        _being_shown.discard(shown)
    return f"{self.__class__.__qualname__}({said})"


def _frozen(record: object, method: str, name: str) -> bool:
    owners = _owners(record.__class__, method)
    return record.__class__ in owners or any(
        name == one.name for owner in owners for one in dataclasses.fields(owner)
    )


def _setattr(self: object, name: str, value: object) -> None:
    if _frozen(self, "__setattr__", name):
        said = f"cannot assign to field {name!r}"
        raise dataclasses.FrozenInstanceError(said)
    object.__setattr__(self, name, value)


def _delattr(self: object, name: str) -> None:
    if _frozen(self, "__delattr__", name):
        said = f"cannot delete field {name!r}"
        raise dataclasses.FrozenInstanceError(said)
    object.__delattr__(self, name)


SHARED: dict[str, Callable[..., object]] = {
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
}
"""What is shared, by the name under which a record has it."""
