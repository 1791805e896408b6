"""The door to RE2: compiled for bytes, in bounded memory, with no message of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, cast

import re2

from agentguard.errors import CatalogueError

_MEMORY = 64 << 20


class Match(Protocol):
    """What is used of a match of RE2."""

    def span(self, group: int = 0) -> tuple[int, int]:
        """Give where a group begins and ends."""
        ...


class Pattern(Protocol):
    """What is used of a compiled RE2 pattern."""

    def finditer(self, text: bytes, pos: int, endpos: int) -> Iterator[Match]:
        """Give all matches in order."""
        ...

    def search(self, text: bytes, pos: int, endpos: int) -> Match | None:
        """Give the first match from `pos` on."""
        ...

    def match(self, text: bytes, pos: int, endpos: int) -> Match | None:
        """Match at `pos`."""
        ...


class Several(Protocol):
    """What is used of a set of RE2 patterns."""

    def Match(self, text: bytes) -> list[int]:  # noqa: N802 - RE2's name
        """Tell which patterns match at the start of the text."""
        ...


def compiled(pattern: str) -> Pattern:
    """Compile one pattern.

    Raises:
        CatalogueError: it is none of RE2.

    """
    try:
        return cast("Pattern", re2.compile(pattern.encode("latin-1"), options=_options()))
    except re2.error as error:
        raise CatalogueError("A recogniser's pattern is not one of RE2.", pattern) from error


def several(patterns: Sequence[str]) -> Several:
    """Compile patterns that are tried together at the start of a text.

    Raises:
        CatalogueError: one of them is none of RE2.

    """
    together = re2.Set.MatchSet(_options())
    try:
        for pattern in patterns:
            together.Add(pattern.encode("latin-1"))
    except re2.error as error:
        raise CatalogueError("A recogniser's pattern is not one of RE2.") from error
    together.Compile()
    return cast("Several", together)


def _options() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    return options
