"""Puts the licences of all that is aboard into one file of the tree, `_internal/licences.zip`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from installer import aboard
from installer.tools import BuildError

NAME = "_internal/licences.zip"
_FIRST = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can tell


def put(tree: Path, site: Path, python: Path, own: Path) -> Path:
    """Write the licences of what is aboard, the same for the same packages.

    Those are ours (`own`), Python's, PyInstaller's for the programs' first bytes, and those of each
    package of `site` with all that it says of libraries inside it.

    Raises:
        BuildError: Python's licence is not in its folder `python`.

    """
    place, freezer = tree / NAME, aboard.freezer(site)
    found = {**aboard.packages(tree, site), freezer.home.name: freezer}
    texts = [("AgentGuard/LICENSE", own), ("CPython/LICENSE.txt", _pythons(python))]
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, file in (*texts, *sorted(_of_here(aboard.licences(found)))):
            made.writestr(zipfile.ZipInfo(name, _FIRST), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return place


def _of_here(texts: Iterator[tuple[str, Path]]) -> Iterator[tuple[str, Path]]:
    """Leave out those of parts that a wheel carries on other systems alone."""
    for name, file in texts:
        if not {"pbin_musl", "cibw_musl", "android", "v8_xfa"} & set(file.parts):
            yield name, file


def _pythons(folder: Path) -> Path:
    for name in ("LICENSE.txt", "Lib/LICENSE.txt"):
        if (folder / name).is_file():
            return folder / name
    raise BuildError("Python's licence is not in its folder.")
