"""No setting of a policy is only written down, explained and compared."""

from __future__ import annotations

import ast
import dataclasses
import typing
from collections.abc import Iterator
from pathlib import Path

import agentguard
from agentguard.model.policy import Policy

ROOT = Path(agentguard.__file__).parent


def settings(kind: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield where each setting stands, and its name."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        for field in dataclasses.fields(kind):
            yield f"{place}.{field.name}", field.name
            yield from settings(hints[field.name], f"{place}.{field.name}")
    for inner in typing.get_args(kind):
        yield from settings(inner, place)


def asked_for() -> set[str]:
    """Return every attribute that is read outside of the room that writes policies down."""
    return {
        node.attr
        for file in ROOT.rglob("*.py")
        if file.relative_to(ROOT).parts[0] != "policy"
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def test_row_427_each_setting_is_asked_for_by_what_it_is_about() -> None:
    read = asked_for()
    every = dict(settings(Policy))
    assert len(every) > 90
    assert not [place for place, name in every.items() if name not in read]
