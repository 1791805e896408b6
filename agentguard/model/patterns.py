"""Names against patterns as a shell has them, whatever their case."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache


def named(name: str, patterns: tuple[str, ...]) -> bool:
    """Check whether a name is one of `patterns` (* and ? as in a shell), whatever its case."""
    return bool(patterns) and _compiled(patterns).match(name.casefold()) is not None


@lru_cache(maxsize=4096)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(p.casefold()) for p in patterns))
