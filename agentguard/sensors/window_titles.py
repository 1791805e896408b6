"""What a window's title means to the policy: the names of groups leave this room, a title never.

The patterns are RE2's, whose time grows with the title's length alone whatever a policy says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

import re2

from agentguard.checks.base import named

LONGEST = 1024  # characters of a title
MEMORY = 1 << 20  # bytes for one pattern


class Titled(Protocol):
    """A group of applications by program and title."""

    @property
    def name(self) -> str:
        """The group."""
        ...

    @property
    def images(self) -> tuple[str, ...]:
        """Its programs."""
        ...

    @property
    def titles(self) -> tuple[str, ...]:
        """What its titles hold; none for any title."""
        ...


class Titles:
    """Sorts titles by the groups that are in force now."""

    def __init__(self, groups: Callable[[], Sequence[Titled]]) -> None:
        self._groups = groups

    def sort(self, image: str, read: Callable[[], str]) -> tuple[str, ...]:
        """Return the groups that a window's title fits; it is not even read if no group asks."""
        asked = [g for g in self._groups() if g.titles and named(image, g.images)]
        if not asked:
            return ()
        title = read()[:LONGEST].encode("utf-8", "replace").decode()
        return tuple(g.name for g in asked if any(_found(p, title) for p in g.titles))


def _found(pattern: str, title: str) -> bool:
    compiled = compiled_pattern(pattern)
    return compiled is not None and compiled(title)


@lru_cache(maxsize=256)
def compiled_pattern(pattern: str) -> Callable[[str], bool] | None:
    """Return what looks for a pattern; None for one that RE2 does not take."""
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    options.case_sensitive = False
    try:
        found = re2.compile(pattern, options)
    except re2.error:
        return None
    return lambda title: found.search(title) is not None
