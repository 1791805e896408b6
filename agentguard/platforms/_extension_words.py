"""What an extension may do, in few words: the names of its permissions, and how many sites it sees.

The sites themselves are not told: those that a person has allowed would tell where she goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentguard.platforms._shown_words import shown

ALL_SITES, SOME_SITES = "all-sites", "some-sites"
MOST = 40
_ADDRESS = re.compile(r"<[^>]*>?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
_EVERYWHERE = re.compile(r"<all_urls>|(?:\*|https?|wss?|file)://\*(?::\*)?/.*", re.DOTALL)
_SITE = re.compile(r"(?:<all_urls>|[a-z*][a-z0-9+.*-]*:(?://)?.*)", re.DOTALL | re.IGNORECASE)


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
