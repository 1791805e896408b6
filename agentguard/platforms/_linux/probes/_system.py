"""Which Linux distribution this is, and which packages it keeps up.

Sources: os-release(5), and apt-patterns(7): a package is the distribution's own when its version is
of an archive of that origin, or, while a newer one waits, when no other archive has the package.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from agentguard.model.facts import Kind, Software

PLACES = ("etc/os-release", "usr/lib/os-release")

ORIGINS: Mapping[str, tuple[str, ...]] = {
    "debian": ("Debian",),
    "ubuntu": ("Ubuntu",),
    "linuxmint": ("linuxmint", "Ubuntu"),
}
"""What the archives of a distribution call themselves; of another one nothing is known."""

VENDORS: Mapping[str, tuple[str, ...]] = {
    "fedora": ("Fedora Project",),
    "rhel": ("Red Hat, Inc.",),
    "centos": ("CentOS",),
    "rocky": ("Rocky Enterprise Software Foundation", "Rocky"),
    "almalinux": ("AlmaLinux",),
    "opensuse-leap": ("openSUSE", "SUSE LLC"),
}
"""The vendors that a distribution's own rpm packages name."""


def release(root: Path) -> str:
    """Return the words of os-release, empty where there is none."""
    for place in PLACES:
        try:
            return (root / place).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
    return ""


def system(words: str, source: str) -> Software | None:
    """Name the distribution; `source` is its package manager. None when it does not say its ID."""
    told = dict(_value(line) for line in words.splitlines() if "=" in line)
    if not told.get("ID"):
        return None
    name = told.get("NAME") or told["ID"]
    return Software(
        name=name,
        version=told.get("VERSION_ID", ""),
        vendor=name,
        source=source,
        kind=Kind.SYSTEM,
        edition=told["ID"],
    )


def _value(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    try:
        return name.strip(), "".join(shlex.split(value))
    except ValueError:
        return name.strip(), ""


def own_packages(edition: str) -> str:
    """Return apt's pattern for the installed packages that a distribution keeps up; empty for none.

    Archives that belong to nobody else are those without a package's other origin; `now` is what
    apt calls the installed version when no archive has it any more.
    """
    if edition not in ORIGINS:
        return ""
    own = f'?origin("^({"|".join(ORIGINS[edition])})$")'
    other = f"?any-version(?and(?not({own}),?not(?archive(^now$))))"
    return f"?installed?or(?narrow(?installed,{own}),?and(?any-version({own}),?not({other})))"


def names(words: str) -> frozenset[str]:
    """Return the names in the answer of `apt list`."""
    return frozenset(line.partition("/")[0] for line in words.splitlines() if "/" in line)


def others(home: Path, homes: Path) -> bool:
    """Check whether anybody else has a home on this computer, whose programs cannot be seen.

    Where that cannot be told, somebody may.
    """
    try:
        return any(
            one.is_dir() and one.name != _FOUND and not home.is_relative_to(one)
            for one in homes.iterdir()
        )
    except FileNotFoundError:
        return False
    except OSError:
        return True


_FOUND = "lost+found"
"""What a file system keeps for itself."""
