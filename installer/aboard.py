"""Tells of a frozen tree which packages are aboard, and whose each file and each module is.

By the packages' own lists of their files (RECORD), held against what is there: a requirement of
another system, of tests, or one that PyInstaller left out is not aboard, whatever a lock file says.
"""

from __future__ import annotations

import csv
import email.parser
import marshal
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from installer.tools import BuildError

ARCHIVE = "_internal/agentguard.pyz"
FREEZER = "pyinstaller"
"""Its bootloader and its first modules are in both programs, whatever else of it only builds."""

_FREEZERS_OWN = ("pyi", "_pyi")
_INNER = "_internal/"
_TOC_AT = 8  # of a PYZ archive: after its name and the number of the bytecode


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that is aboard: what it says of itself, and its files and modules there."""

    name: str
    version: str
    licence: str
    tags: frozenset[str]
    home: Path
    files: tuple[str, ...] = field(default=(), compare=False)
    modules: tuple[str, ...] = field(default=(), compare=False)


def modules(tree: Path) -> list[str]:
    """Return the modules in a tree's archive."""
    data = (tree / ARCHIVE).read_bytes()
    (at,) = struct.unpack_from("!i", data, _TOC_AT)
    listed = marshal.loads(data[at:])  # noqa: S302 - made by the same build
    return sorted(dict(listed))


def packages(tree: Path, site: Path) -> dict[str, Package]:
    """Return the packages of `site` that are aboard, by their names.

    Raises:
        BuildError: a module is of no package, nor ours, nor Python's.

    """
    owners, found = _owners(site), dict[str, tuple[list[str], list[str]]]()
    for file in (p.relative_to(tree).as_posix() for p in sorted(tree.rglob("*")) if p.is_file()):
        if owner := owners.get(file.removeprefix(_INNER)):
            found.setdefault(owner, ([], []))[0].append(file)
    strange = []
    for module in modules(tree):
        base = module.replace(".", "/")
        owner = owners.get(f"{base}.py") or owners.get(f"{base}/__init__.py")
        if owner:
            found.setdefault(owner, ([], []))[1].append(module)
        elif not _known(module, owners):
            strange.append(module)
    if strange:
        raise BuildError(f"These modules are of no package: {', '.join(strange)}")
    return {owner: _package(site, owner, *lists) for owner, lists in sorted(found.items())}


def _known(module: str, owners: Mapping[str, str]) -> bool:
    """Check whether a module is ours, Python's, the freezer's, or a folder of a package."""
    top = module.partition(".")[0]
    if top == "agentguard" or top in sys.stdlib_module_names or top.startswith(_FREEZERS_OWN):
        return True
    within = module.replace(".", "/") + "/"
    return any(file.startswith(within) for file in owners)


def _owners(site: Path) -> dict[str, str]:
    """Return whose each file of all packages is: a folder `<name>-<version>.dist-info`."""
    owners = {}
    for record in sorted(site.glob("*.dist-info/RECORD")):
        with record.open(encoding="utf-8", newline="") as rows:
            for file, *_ in csv.reader(rows):
                owners[unquote(file)] = record.parent.name
    return owners


def _package(site: Path, owner: str, files: list[str], inside: list[str]) -> Package:
    return read(site / owner, tuple(files), tuple(inside))


def read(home: Path, files: tuple[str, ...] = (), inside: tuple[str, ...] = ()) -> Package:
    """Read what a package's folder of metadata says."""
    told = email.parser.HeaderParser().parsestr((home / "METADATA").read_text(encoding="utf-8"))
    wheel = email.parser.HeaderParser().parsestr((home / "WHEEL").read_text(encoding="utf-8"))
    return Package(
        name=told["Name"],
        version=told["Version"],
        licence=(told["License-Expression"] or told["License"] or "").strip(),
        tags=frozenset(wheel.get_all("Tag") or ()),
        home=home,
        files=files,
        modules=inside,
    )


def freezer(site: Path) -> Package:
    """Return the package that freezes.

    Raises:
        BuildError: it is not there.

    """
    for home in site.glob(f"{FREEZER}-*.dist-info"):
        return read(home)
    raise BuildError("The packages hold no PyInstaller.")


def licences(found: Mapping[str, Package]) -> Iterator[tuple[str, Path]]:
    """Yield the texts of the licences of packages, by package and name; of what they carry too."""
    for package in found.values():
        top = package.home.name.removesuffix(".dist-info")
        for file in sorted(package.home.rglob("*")):
            place = file.relative_to(package.home)
            named = any(word in file.name.lower() for word in ("licen", "copying", "notice"))
            if file.is_file() and (named or place.parts[0] == "licenses"):
                yield f"{top}/{place.as_posix()}", file
