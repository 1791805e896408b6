"""What a policy's text is made of, each part with the line in which it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value; None when the text cannot be a value, which is then already a problem."""

    line: int
    value: int | str | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One key of a table and what it holds."""

    line: int
    key: str
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping; no key stands twice."""

    line: int
    rows: tuple[Row, ...]


Node = Scalar | Items | Table


class Stop(Exception):
    """The text breaks a limit or is no YAML; the problem is already noted."""
