"""Reads settings of `[section]` and `key = value`, as sign-in screens and xrdp have them."""

from __future__ import annotations

import re
from collections.abc import Iterator

TRUE = frozenset({"true", "1", "yes", "on"})
_SECTION = re.compile(r"\[(.+)\]")


def settings(words: str, section: str = "") -> Iterator[tuple[str, str]]:
    """Yield the settings of a section, of all without one; `[Seat:*]` is one of `seat`."""
    inside = not section
    for line in words.splitlines():
        plain = line.strip()
        if found := _SECTION.fullmatch(plain):
            name = found[1].partition(":")[0].strip().lower()
            inside = not section or name == section
        elif inside and "=" in plain and not plain.startswith(("#", ";")):
            key, _, value = plain.partition("=")
            yield key.strip().lower(), value.strip()
