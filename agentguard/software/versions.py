"""Versions as makers of programs write them: told apart into numbers and words, never as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

TOKENS = re.compile(r"[0-9]+|[a-z]+")
BEFORE = {"dev": -6, "alpha": -5, "a": -5, "beta": -4, "b": -4, "preview": -3, "pre": -3, "rc": -2}
"""Words of a version that comes before the one without them; every other word comes after it."""
FRILLS = re.compile(r"^(?:[0-9]+:)?[^0-9]*")
"""What may stand before a version: a package's epoch, the letter of a tag, a maker's sign."""
PLACES = 12
"""Further parts of a version tell nothing more; the limit keeps hostile ones short."""

Part = tuple[int, int, str]
END: Part = (0, 0, "")
"""Stands behind every version, as a zero would: 1.0 is 1, and 2.0rc1 comes before 2 and 2.0."""


def plain(version: str) -> str:
    """Return a version without what stands before and around it; empty when it has no number."""
    kept = FRILLS.sub("", version.strip().lower(), count=1)
    return kept.replace(" (", ".").replace("(", ".").replace(")", "").strip()


@lru_cache(maxsize=1 << 14)
def key(version: str) -> tuple[Part, ...]:
    """Return what versions are ordered by: 1.1.1w comes after 1.1.1, 2.0rc1 before 2.0.0."""
    found = TOKENS.findall(plain(version))[:PLACES]
    parts: list[Part] = []
    for part in (*map(_part, found), END):
        while part[0] < 0 or part is END:
            if not parts or parts[-1] != END:
                break
            parts.pop()
        parts.append(part)
    return tuple(parts)


def _part(token: str) -> Part:
    if token.isdigit():
        return (0, int(token), "")
    if token in BEFORE:
        return (-1, BEFORE[token], "")
    return (0, 0, token)


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with: (1, 1, 1) of 1.1.1w."""
    begins = re.match(r"[0-9]+(?:[._][0-9]+)*", plain(version))
    return tuple(int(n) for n in re.split(r"[._]", begins[0])[:PLACES]) if begins else ()


def is_of(version: str, line: str) -> bool:
    """Check whether a version is of a line: 3.1 is that of 3.1 and of 3.1.4, not of 3.11."""
    mine, wanted = numbers(version), numbers(line)
    return bool(wanted) and mine[: len(wanted)] == wanted


def as_java(version: str) -> str:
    """Return Oracle's installer version as Java says it itself: 8.0.2110.9 is 8u211."""
    found = numbers(version)
    if len(found) >= 3 and found[0] < 9 and found[2] >= 10:  # noqa: PLR2004 - its form up to Java 8
        return f"{found[0]}u{found[2] // 10}"
    return plain(version)


def as_python(version: str) -> str:
    """Return the version in a version of Python's installer: 3.8.8150.0 is 3.8.8."""
    found = numbers(version)
    if len(found) >= 3 and found[2] >= 150:  # noqa: PLR2004 - 150 stands for a final release
        return f"{found[0]}.{found[1]}.{found[2] // 1000}"
    return plain(version)


def as_strawberry(version: str) -> str:
    """Return the version in a version of Strawberry Perl's installer: 5.22.3001 is 5.22.3.1."""
    found = numbers(version)
    if len(found) == 3 and found[2] >= 1000:  # noqa: PLR2004 - its own way to write four parts
        return f"{found[0]}.{found[1]}.{found[2] // 1000}.{found[2] % 1000}"
    return plain(version)


TRANSFORMS: dict[str, Callable[[str], str]] = {
    "plain": plain,
    "java": as_java,
    "python-msi": as_python,
    "strawberry": as_strawberry,
}
"""How a rule's `version` is made of what the installer wrote, by name."""
