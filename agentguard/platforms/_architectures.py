"""The architecture that a program is made for, as package managers and installers write it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_KNOWN: Mapping[str, str] = {
    "x64": "x64", "amd64": "x64", "x86_64": "x64", "x86-64": "x64",
    "x86": "x86", "i386": "x86", "i486": "x86", "i586": "x86", "i686": "x86",
    "arm64": "arm64", "aarch64": "arm64",
}  # fmt: skip
_IN_NAME = re.compile(
    r"(?i)(?<![a-z0-9])(?:(?P<x64>x64|amd64|x86_64|64[- ]?bit)|(?P<arm64>arm64|aarch64)"
    r"|(?P<x86>x86|i[3-6]86|32[- ]?bit))(?![a-z0-9])"
)


def architecture(word: str) -> str:
    """Return x64, x86 or arm64; empty for every other word, such as one for all of them."""
    return _KNOWN.get(word.strip().casefold(), "")


def named(name: str) -> str:
    """Return the architecture that stands in a name; empty where none or more than one does."""
    found = {one.lastgroup or "" for one in _IN_NAME.finditer(name)}
    return found.pop() if len(found) == 1 else ""
