"""The letters that a bare Linux may lack, and what brings them, by distribution."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress

TYPEFACES: Mapping[str, str] = {"ar": "Noto Sans Arabic", "hi": "Noto Sans Devanagari"}
"""Languages in letters of their own, and a free typeface that has them."""

_FEDORA = {
    "ar": "google-noto-sans-arabic-fonts",
    "hi": "google-noto-sans-devanagari-fonts",
}
_PACKAGES: Mapping[str, Mapping[str, str]] = {
    "debian": dict.fromkeys(TYPEFACES, "fonts-noto-core"),
    "ubuntu": dict.fromkeys(TYPEFACES, "fonts-noto-core"),
    "fedora": _FEDORA,
    "rhel": _FEDORA,
    "arch": dict.fromkeys(TYPEFACES, "noto-fonts"),
}


def to_install(language: str, release: str) -> str:
    """Return what to install for a language's letters: a typeface, and its package where known.

    `release` is the text of os-release(5); empty for a language in Latin letters.
    """
    typeface = TYPEFACES.get(language, "")
    known = (_PACKAGES[name] for name in _names(release) if name in _PACKAGES)
    package = next(known, {}).get(language, "")
    return f"{typeface} ({package})" if typeface and package else typeface


def _names(release: str) -> tuple[str, ...]:
    """Return the distribution and those that it is like, the nearest first."""
    told: dict[str, str] = {}
    for line in release.splitlines():
        name, _, value = line.partition("=")
        with suppress(ValueError):  # a quote that is not closed
            told[name.strip()] = " ".join(shlex.split(value))
    return (told.get("ID", ""), *told.get("ID_LIKE", "").split())
