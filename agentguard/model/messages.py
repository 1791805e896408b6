"""What is said to a person: an id of `resources/text` with parameters, no sentence in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Param = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A sentence by id; `params` fill its placeholders and hold no personal data."""

    id: str
    params: Mapping[str, Param] = field(default_factory=dict)


def say(id_: str, /, **params: Param) -> Message:
    """Make a Message."""
    return Message(id=id_, params=params)
