"""The extensions of the browsers of the person at the desk, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agentguard.model.facts import Software
from agentguard.platforms._bounded_reads import Reads
from agentguard.platforms._chromium_extensions import Browser, Profiles
from agentguard.platforms._firefox_extensions import FirefoxProfiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where browsers keep their profiles: `home` holds all of them."""

    home: Path
    browsers: tuple[Browser, ...]
    firefox: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """What was found; `whole` tells whether everything that is there was read."""

    items: tuple[Software, ...] = ()
    whole: bool = True


def extensions(places: Places) -> Extensions:
    """Read the profiles of every browser; one that stands in two profiles is named once."""
    reads = Reads()
    profiles, others = Profiles(places.home, reads), FirefoxProfiles(places.home, reads)
    found: list[Software] = []
    for browser in places.browsers:
        found += profiles.extensions(browser)
    for root in places.firefox:
        found += others.extensions(root)
    return Extensions(items=_once(found), whole=profiles.whole and others.whole)


def _once(found: Iterable[Software]) -> tuple[Software, ...]:
    seen: dict[tuple[str, str, str], Software] = {}
    for item in found:
        seen.setdefault((item.host, item.ident, item.version), item)
    return tuple(seen.values())


def under(home: Path, places: Iterable[tuple[str, str]]) -> tuple[Browser, ...]:
    """Return browsers by the names of their folders below a folder."""
    return tuple(Browser(host=host, folder=home / path) for host, path in places)
