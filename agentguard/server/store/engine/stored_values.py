"""Reads what the database holds of the wire, whatever bounds the wire has had since.

Bounds are for what comes in. What was taken before there were any is shown, exported and told as it
stands: a row that could not be read would take the page, the sheet or the report beside it along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import msgspec
from msgspec import inspect

T = TypeVar("T")
_PLAIN: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.StrType: (str,),
    inspect.IntType: (int,),
    inspect.FloatType: (float, int),
    inspect.BoolType: (bool,),
    inspect.NoneType: (type(None),),
    inspect.LiteralType: (str,),
}


class Stored(Generic[T]):
    """Reads JSON as a type."""

    def __init__(self, type_: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(type_)
        self._type = type_

    def decode(self, text: str | bytes) -> T:
        """Return what is stored, also what is larger than the type's bounds.

        Raises:
            msgspec.ValidationError: it is something else.

        """
        try:
            return self._decoder.decode(text)
        except msgspec.ValidationError as error:
            try:
                return cast("T", _made(msgspec.json.decode(text), inspect.type_info(self._type)))
            except (TypeError, LookupError):
                raise error from None


def _made(value: Any, info: inspect.Type) -> Any:
    """Make a value of its parts, without a look at any bound."""
    make = _MAKE.get(type(info))
    if make is not None:
        return make(value, info)
    plain = _PLAIN[type(info)]
    if type(value) not in plain:  # a truth is no number
        raise TypeError
    return value


def _struct(value: Any, info: inspect.StructType) -> Any:
    if not isinstance(value, dict):
        raise TypeError
    there = (one for one in info.fields if one.encode_name in value)
    return info.cls(**{one.name: _made(value[one.encode_name], one.type) for one in there})


def _tuple(value: Any, info: inspect.VarTupleType) -> Any:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_made(one, info.item_type) for one in value)


def _dict(value: Any, info: inspect.DictType) -> Any:
    if not isinstance(value, dict):
        raise TypeError
    return {key: _made(one, info.value_type) for key, one in value.items()}


def _union(value: Any, info: inspect.UnionType) -> Any:
    for one in info.types:
        try:
            return _made(value, one)
        except TypeError:
            continue
    raise TypeError


_MAKE: dict[type[inspect.Type], Callable[[Any, Any], Any]] = {
    inspect.StructType: _struct,
    inspect.VarTupleType: _tuple,
    inspect.DictType: _dict,
    inspect.UnionType: _union,
}
