"""Patterns of `re` that are compiled when they are first looked for: most files need few of them.

Compiling them all is a sixth of a child's start.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub")


def later(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern with all methods of a compiled one.

    >>> later("[0-9]+").findall("4539 1488")
    ['4539', '1488']
    """
    return cast("re.Pattern[AnyStr]", Later(pattern, flags))


class Later:
    """Stands for a pattern until its first search; then its methods are the compiled one's own."""

    __slots__ = ("_flags", *_METHODS, "pattern")

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Compile it, since no method is there yet."""
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = self.compiled()
        for each in _METHODS:
            setattr(self, each, getattr(compiled, each))
        return getattr(self, name)

    def compiled(self) -> re.Pattern[Any]:
        """Compile it.

        Raises:
            re.error: it is no pattern.

        """
        return re.compile(self.pattern, self._flags)
