"""Versions as makers of programs write them: told apart into numbers and words, never as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

TOKENS = re.compile(r"[0-9]+|[a-z]+(?:(?=([0-9]))|)")
BEFORE = {"dev": -6, "alpha": -5, "a": -5, "beta": -4, "b": -4, "preview": -3, "pre": -3, "rc": -2}
"""Words of a version that comes before the one without them; every other word comes after it."""
NUMBERED = frozenset({"a", "b"})
"""Letters that are of a version before only with a number: 3.14.0a4, and not OpenSSL's 1.1.1a."""
FRILLS = re.compile(r"(?:[0-9]{1,3}:)?(?:[^\W\d]|[ .()-]){0,16}(?=[0-9])")
"""What may stand before a version: a package's epoch, the letter of a tag, a maker's sign."""
BEGINS = re.compile(r"[0-9]+(?:[._][0-9]+)*")
SPLIT = re.compile(r"[._]")
DISTRIBUTED = re.compile(r"[+~]deb[0-9]+u[0-9]|[0-9]ubuntu[0-9]|[+.]dfsg|~bpo[0-9]")
"""What Debian and Ubuntu write into the versions of the packages that they build themselves."""
LONGEST = 100
"""Characters of a version; what is longer is none."""
PLACES = 12
"""Further parts of a version tell nothing more; the limit keeps hostile ones short."""

Part = tuple[int, int, str]
END: Part = (0, 0, "")
"""Stands behind every version, as a zero would: 1.0 is 1, and 2.0rc1 comes before 2 and 2.0."""


def plain(version: str) -> str:
    """Return a version without what stands before and around it; empty when it cannot be read.

    What installers leave of a version that they did not know is none: $INSTDIR2, ms-resource:V1.
    """
    kept = version.strip().lower() if len(version) <= LONGEST else ""
    begins = FRILLS.match(kept)
    if begins is None:
        return ""
    return kept[begins.end() :].replace(" (", ".").replace("(", ".").replace(")", "").strip()


def key(version: str) -> tuple[Part, ...]:
    """Return what versions are ordered by: 1.1.1w comes after 1.1.1, 2.0rc1 before 2.0.0."""
    return _key(version if len(version) <= LONGEST else "")


@lru_cache(maxsize=1 << 14)
def _key(version: str) -> tuple[Part, ...]:
    tokens = TOKENS.finditer(plain(version))
    found = [_part(one[0], numbered=one[1] is not None) for one in tokens]
    parts: list[Part] = []
    for part in (*found[:PLACES], END):
        while part[0] < 0 or part is END:
            if not parts or parts[-1] != END:
                break
            parts.pop()
        parts.append(part)
    return tuple(parts)


def _part(token: str, *, numbered: bool) -> Part:
    if token.isdecimal():
        return (0, int(token), "")
    if token in BEFORE and (numbered or token not in NUMBERED):
        return (-1, BEFORE[token], "")
    return (0, 0, token)


def is_distributed(version: str) -> bool:
    """Check whether a distribution built this version: its maker's days do not hold for it."""
    return DISTRIBUTED.search(plain(version)) is not None


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with: (1, 1, 1) of 1.1.1w."""
    return _numbers(version if len(version) <= LONGEST else "")


@lru_cache(maxsize=1 << 14)
def _numbers(version: str) -> tuple[int, ...]:
    begins = BEGINS.match(plain(version))
    return tuple(int(n) for n in SPLIT.split(begins[0])[:PLACES]) if begins else ()


def is_of(version: str, line: str) -> bool:
    """Check whether a version is of a line: 3.1 is that of 3.1 and of 3.1.4, not of 3.11."""
    mine, wanted = numbers(version), numbers(line)
    return bool(wanted) and mine[: len(wanted)] == wanted


def as_java(version: str) -> str:
    """Return a version of Java up to 8 as Java says it itself: 8u211 of 8.0.2110.9 and 1.8.0_211.

    Oracle's installers write the update times ten. Later ones are told by their numbers.
    """
    told = plain(version)
    found = [int(n) for n in re.findall(r"[0-9]+", told)]
    if found[:1] == [1] and len(found) > 1:
        found = found[1:]
        tenfold = False
    else:
        tenfold = bool(re.match(r"[5-8]\.0\.[0-9]+0(?:\.[0-9]+)?$", told))
    if not found or found[0] not in OLD_JAVA:
        return told
    at = 1 if re.match(r"[5-8] ?u", told) else 2
    update = found[at] if len(found) > at else 0
    return f"{found[0]}u{update // 10 if tenfold else update}"


OLD_JAVA = range(5, 9)
"""Versions of Java that count updates."""


def as_python(version: str) -> str:
    """Return the version in a version of Python's installer: 3.8.8150.0 is 3.8.8.

    The third number is a thousand times the micro version, ten times the level (10 alpha, 11 beta,
    12 candidate, 15 final) and the serial (PCbuild/python.props of CPython).
    """
    found = numbers(version)
    if len(found) < 3 or found[2] < 100:  # noqa: PLR2004 - no level: written as it is meant
        return plain(version)
    micro, rest = divmod(found[2], 1000)
    word = {10: "a", 11: "b", 12: "rc"}.get(rest // 10)
    return f"{found[0]}.{found[1]}.{micro}" + (f"{word}{rest % 10}" if word else "")


def as_openoffice(version: str) -> str:
    """Return the version in a version of OpenOffice's installer: 4.111.9808 is 4.1.11."""
    found = numbers(version)
    if len(found) == 3 and found[1] >= 10:  # noqa: PLR2004 - minor and micro in one number
        minor = str(found[1])
        return f"{found[0]}.{minor[0]}.{minor[1:]}"
    return plain(version)


def as_zoom(version: str) -> str:
    """Return a version of Zoom as its MSI writes it, with the build: 7.2.48358 of 7.2.0 (48358)."""
    match numbers(version):
        case (major, minor, _, build):
            return f"{major}.{minor}.{build}"
    return plain(version)


def as_last(version: str) -> str:
    """Return the last word of a version: AnyDesk writes the client's sign before it, ad 9.7.15."""
    return plain(version.rsplit(maxsplit=1)[-1]) if version.split() else ""


def as_built(version: str) -> str:
    """Return a version whose build follows -b: 8.11.2-b4 is 8.11.2.4."""
    return re.sub(r"-b(?=[0-9])", ".", plain(version))


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
    "openoffice": as_openoffice,
    "zoom": as_zoom,
    "last": as_last,
    "built": as_built,
}
"""How a rule's `version` is made of what the installer wrote, by name."""
