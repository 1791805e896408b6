"""Which release line a version is of, by the way its maker counts: one function for each way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from agentguard.software.catalogue import Product, ReleaseLine
from agentguard.software.versions import is_of, numbers

WINDOWS = {
    10240: "10-1507",
    10586: "10-1511",
    14393: "10-1607",
    15063: "10-1703",
    16299: "10-1709",
    17134: "10-1803",
    17763: "10-1809",
    18362: "10-1903",
    18363: "10-1909",
    19041: "10-2004",
    19042: "10-20h2",
    19043: "10-21h1",
    19044: "10-21h2",
    19045: "10-22h2",
    22000: "11-21h2",
    22621: "11-22h2",
    22631: "11-23h2",
    26100: "11-24h2",
    26200: "11-25h2",
    28000: "11-26h1",
}
"""Releases of Windows by build (Microsoft's release information)."""
LONG_TERM = re.compile(r"\bLTS[BC]\b")
BUSINESS = re.compile(r"\b(?:Enterprise|Education|Multi-Session)\b", re.IGNORECASE)

Told = Mapping[str, str]
"""What the name said: the named groups of the rule's pattern."""
Way = Callable[[Product, str, str, Told], str]
"""Gives the line's name (empty when there is none) for product, name, version and what was told."""


def by_prefix(product: Product, _name: str, version: str, _told: Told) -> str:
    """Return the longest line of the catalogue that begins the version.

    A line that the catalogue lacks is named as long as those beside it are: 5.1 of MySQL 5.1.73.
    """
    fits = [line.name for line in product.lines if is_of(version, line.name)]
    if fits:
        return max(fits, key=lambda name: len(numbers(name)))
    mine, known = numbers(version), [numbers(line.name) for line in product.lines]
    beside = [line for line in known if line and line[:1] == mine[:1]] or known[:1]
    return ".".join(map(str, mine[: max(map(len, beside), default=0)]))


def by_major(_product: Product, _name: str, version: str, _told: Told) -> str:
    """Return the first number of the version."""
    return ".".join(map(str, numbers(version)[:1]))


def by_minor(product: Product, name: str, version: str, told: Told) -> str:
    """Return the first two numbers of the version, or a line of the catalogue that fits."""
    known = by_prefix(product, name, version, told)
    return known or ".".join(map(str, numbers(version)[:2]))


def by_name(_product: Product, _name: str, _version: str, told: Told) -> str:
    """Return what the name itself calls the line."""
    return "-".join(told["line"].lower().split()) if told.get("line") else ""


def by_roman_name(_product: Product, _name: str, _version: str, told: Told) -> str:
    """Return what the name itself calls the line, as Adobe writes it: XI."""
    return told.get("line", "").upper()


def framework(_product: Product, _name: str, _version: str, told: Told) -> str:
    """Return .NET Framework's line: 4.0 of 4, 3.5-sp1 of 3.5 and of 3.5 SP1."""
    named = "-".join(told.get("line", "").lower().split())
    return {"4": "4.0", "3.5": "3.5-sp1"}.get(named, named)


def year_month(_product: Product, _name: str, version: str, told: Told) -> str:
    """Return Citrix' line, a year and a month: 2209 of 22.9.0.28."""
    found = numbers(version)
    return told.get("line", "") or (f"{found[0]}{found[1]:02}" if len(found) > 1 else "")


def java(_product: Product, _name: str, version: str, _told: Told) -> str:
    """Return Java's feature number: 8 of 1.8.0, of 8u432 and of 8.0.2110.9."""
    found = numbers(version)
    if found[:1] == (1,) and len(found) > 1:
        return str(found[1])
    return str(found[0]) if found else ""


def dotnet(_product: Product, _name: str, version: str, _told: Told) -> str:
    """Return .NET's line: its first number from 5 on, two of .NET Core."""
    found = numbers(version)
    core = found[:1] < (5,)
    return ".".join(map(str, found[: 2 if core else 1]))


def firefox(_product: Product, name: str, version: str, _told: Told) -> str:
    """Return Mozilla's line: an ESR has one of its own."""
    found = ".".join(map(str, numbers(version)[:1]))
    if not found:
        return ""
    return f"esr-{found}" if re.search(r"\bESR\b", name) else found


def windows(product: Product, name: str, version: str, _told: Told) -> str:
    """Return the line of Windows: its release by the build, and the class of its edition."""
    found = numbers(version)
    release = WINDOWS.get(found[2], "") if len(found) > 2 else ""  # noqa: PLR2004 - major.minor.build
    known = {line.name for line in product.lines}
    business = "e" if BUSINESS.search(name) else "w"
    if LONG_TERM.search(name):
        own = f"{release}-iot-lts" if "IoT" in name else f"{release}-e-lts"
        return own if own in known else ""
    return next((n for n in (f"{release}-{business}", release) if n in known), "")


def none(_product: Product, _name: str, _version: str, _told: Told) -> str:
    """Tell that its maker has no lines."""
    return ""


WAYS: Mapping[str, Way] = {
    "prefix": by_prefix,
    "major": by_major,
    "minor": by_minor,
    "name": by_name,
    "roman": by_roman_name,
    "framework": framework,
    "year-month": year_month,
    "java": java,
    "dotnet": dotnet,
    "firefox": firefox,
    "windows": windows,
    "none": none,
}
"""What a rule's `line` may name; `=14` is the line 14 itself."""


def way(word: str) -> Way | None:
    """Return the way that a rule's `line` names; None when there is none of that name."""
    if word.startswith("="):
        return lambda *_: word[1:]
    return WAYS.get(word)


def found(product: Product, name: str) -> ReleaseLine | None:
    """Return a line of the catalogue by its name; None when it has none of it."""
    wanted = name.removeprefix("esr-")
    wanted = dict(product.aliases).get(wanted, wanted)
    return next((line for line in product.lines if line.name == wanted), None)


def has_ended_since(product: Product, name: str, day: date) -> bool:
    """Check whether a line comes before one of the catalogue that has ended.

    Makers who list their long-term lines leave out those between only after their end.
    """
    mine = numbers(name.removeprefix("esr-"))
    ended = [numbers(one.name) for one in product.lines if _has_ended(one, day)]
    return bool(mine) and any(mine < other for other in ended if other)


def _has_ended(line: ReleaseLine, day: date) -> bool:
    return line.security is True or (isinstance(line.security, date) and line.security < day)
