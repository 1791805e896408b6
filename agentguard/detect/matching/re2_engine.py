"""The door to RE2: compiled for bytes, in bounded memory, with no message of its own.

The library's own match objects cost more than the search; here a match is where it begins and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, cast

import re2
from re2 import _re2

from agentguard.base.errors import CatalogueError

_MEMORY, _MOST_MEMORY = 6 << 20, 24 << 20
"""Bytes for a pattern at most, and for one of many steps: in less RE2 would have no room for its
states. What a varied text leaves of states that it will not need again is thus soon forgotten.
"""

_MANY_STEPS = 9_000
_LONG = 20_000
"""Characters of a pattern that has many steps whatever it is made of."""

Span = tuple[int, int]
"""Where a match or a group begins and ends; -1 and -1 when there is none."""

NONE = (-1, -1)
Match = Callable[[object, bytes, int, int], list[Span]]
"""A search; see `Pattern.match`."""
Which = Callable[[bytes], Sequence[int]]
"""Tells which of several patterns match at the start of a text; see `Several.which`."""


class _Engine(Protocol):
    """The library's compiled pattern below its imitation of `re`, which also keeps each it made."""

    def ok(self) -> bool:
        """Check whether it could be compiled."""
        ...

    def ProgramSize(self) -> int:  # noqa: N802 - RE2's name
        """Return the number of its steps."""
        ...

    def Match(self, anchor: object, text: bytes, pos: int, endpos: int) -> list[Span]:  # noqa: N802 - RE2's name
        """Return the spans of the match and of its groups."""
        ...


class _Engines(Protocol):
    """The same for patterns that are tried together."""

    def Add(self, pattern: bytes) -> int:  # noqa: N802 - RE2's name
        """Take one more, and give its number; -1 when it could not be compiled."""
        ...

    def Compile(self) -> bool:  # noqa: N802 - RE2's name
        """Take no more."""
        ...

    def Match(self, text: bytes) -> Sequence[int]:  # noqa: N802 - RE2's name
        """Return the numbers of those that match."""
        ...


class Pattern:
    """A pattern without an empty match, compiled at its first use: most kinds have none in a file.

    With `longest` the longest of the alternatives is taken, not the first that matches. Each search
    raises CatalogueError where it is none of RE2.
    """

    __slots__ = ("_longest", "_match", "_pattern")

    def __init__(self, pattern: str, *, longest: bool = False) -> None:
        self._pattern = pattern
        self._longest = longest
        self._match: Match = self._first

    def _first(self, anchor: object, text: bytes, pos: int, endpos: int) -> list[Span]:
        is_long = len(self._pattern) > _LONG
        engine = self._compiled(_MOST_MEMORY if is_long else _MEMORY)
        if not is_long and not (engine.ok() and engine.ProgramSize() <= _MANY_STEPS):
            engine = self._compiled(_MOST_MEMORY)
        if not engine.ok():
            raise CatalogueError("A recogniser's pattern is not one of RE2.", self._pattern)
        self._match = engine.Match
        return self._match(anchor, text, pos, endpos)

    def _compiled(self, memory: int) -> _Engine:
        options = _options(memory)
        options.longest_match = self._longest
        return cast("_Engine", _re2.RE2(self._pattern.encode("latin-1"), options))

    @property
    def match(self) -> Match:
        """The engine's own search, for loops that a call for each match would slow down.

        It takes ANYWHERE or HERE, a text and two places; NONE is the first span for no match.
        """
        if self._match == self._first:
            self._first(ANYWHERE, b"", 0, 0)
        return self._match

    def search(self, text: bytes, pos: int, endpos: int) -> Span | None:
        """Return the first match from `pos` on."""
        span = self._match(ANYWHERE, text, pos, endpos)[0]
        return None if span == NONE else span

    def each(self, text: bytes, pos: int, endpos: int) -> Iterator[Span]:
        """Yield all matches in order, none over another."""
        while pos < endpos:
            span = self._match(ANYWHERE, text, pos, endpos)[0]
            if span == NONE:
                return
            yield span
            pos = max(span[1], pos + 1)

    def at(self, text: bytes, pos: int, endpos: int) -> list[Span] | None:
        """Return the match that begins at `pos`, and its groups."""
        spans = self._match(HERE, text, pos, endpos)
        return None if spans[0] == NONE else spans


class Several:
    """Patterns that are tried together at the start of a text, compiled at their first use."""

    __slots__ = ("_patterns", "_which")

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns
        self._which: Which | None = None

    @property
    def which(self) -> Which:
        """The engine's own search for those that match at the start of a text.

        Raises CatalogueError where one of the patterns is none of RE2.
        """
        if self._which is None:
            self._which = self._compiled()
        return self._which

    def _compiled(self) -> Which:
        if not self._patterns:
            return _none_of_them
        together = cast("_Engines", _re2.Set(HERE, _options(_MEMORY)))
        if any(together.Add(pattern.encode("latin-1")) < 0 for pattern in self._patterns):
            raise CatalogueError("A recogniser's pattern is not one of RE2.")
        together.Compile()
        return together.Match


def _none_of_them(_: bytes) -> Sequence[int]:
    return ()


def _options(memory: int) -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = memory
    options.log_errors = False
    return options


ANYWHERE: object = _re2.RE2.Anchor.UNANCHORED
HERE: object = _re2.RE2.Anchor.ANCHOR_START
