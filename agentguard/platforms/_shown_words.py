"""Words of a program or an extension as they may be shown, whoever wrote them.

Whoever installs a program writes its name, version and maker: they may be of any script and length,
turn the direction of what stands beside them, or hold halves of characters that no file can be
written with. Of an extension the names of its permissions are told, and how many sites it sees. The
sites themselves are not: those that a person has allowed would tell where she goes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 200
"""Characters of a name that are kept; the longest of 1,200 real ones has 118."""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_OTHER, _CONTROL, _HALF = "\N{REPLACEMENT CHARACTER}", "Cc", "Cs"
ALL_SITES, SOME_SITES = "all-sites", "some-sites"
MOST = 40
_ADDRESS = re.compile(r"<[^>]*>?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
_EVERYWHERE = re.compile(r"<all_urls>|(?:\*|https?|wss?|file)://\*(?::\*)?/.*", re.DOTALL)
_SITE = re.compile(r"(?:<all_urls>|[a-z*][a-z0-9+.*-]*:(?://)?.*)", re.DOTALL | re.IGNORECASE)


def shown(value: object, longest: int = LONGEST) -> str:
    """Return text on one line, at most so many characters; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    kept = "".join(map(_shown, value[: longest * 8].replace("\0", "")))
    return " ".join(kept.split())[:longest].rstrip()


def _shown(character: str) -> str:
    if character in _TURNING:
        return ""
    kind = unicodedata.category(character)
    if kind == _CONTROL:
        return " "
    return _OTHER if kind == _HALF else character


def permissions(*told: object) -> tuple[str, ...]:
    """Return the permissions in lists of names and of patterns of sites, sorted, each once."""
    words = [word for one in told if isinstance(one, list) for word in _words(one)]
    sites = [word for word in words if _SITE.fullmatch(word)]
    names = {word for word in words if _NAME.fullmatch(word)}
    if any(_EVERYWHERE.fullmatch(one) for one in sites):
        names.add(ALL_SITES)
    elif sites:
        names.add(SOME_SITES)
    return tuple(sorted(names)[:MOST])


def _words(told: Iterable[object]) -> Iterable[str]:
    """Yield each word; a permission with its own settings is an object with its name as a key."""
    for one in told:
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from (key for key in one if isinstance(key, str))


def maker(told: object) -> str:
    """Return who made an extension; no address of a person."""
    words = _ADDRESS.sub("", shown(told, 100)).strip()
    return "" if "@" in words else words
