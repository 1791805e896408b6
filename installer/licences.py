"""Puts the licences of all that is aboard into one file of the tree, `_internal/licences.zip`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from installer.sbom import builds

NAME = "_internal/licences.zip"
_WORDS = ("licen", "copying", "notice")
_FIRST = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can tell


def put(tree: Path, site: Path, own: Path) -> Path:
    """Write the licences of the packages in `site` and our own, the same for the same packages."""
    place = tree / NAME
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, file in (("AgentGuard/LICENSE", own), *sorted(_found(site))):
            made.writestr(zipfile.ZipInfo(name, _FIRST), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return place


def _found(site: Path) -> Iterator[tuple[str, Path]]:
    for package in site.glob("*.dist-info"):
        name = package.name.removesuffix(".dist-info")
        if builds(name):
            continue
        for file in package.rglob("*"):
            if file.is_file() and any(word in file.name.lower() for word in _WORDS):
                yield f"{name}/{file.relative_to(package).as_posix()}", file
