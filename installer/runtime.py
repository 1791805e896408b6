"""Lets every library of a frozen tree use the one C++ runtime that lies in `_internal`.

Wheels that were repaired with delvewheel carry the same runtime once more, under a name with a
hash. Windows loads whatever the import table names, so the plain name is written into its place.
"""

from __future__ import annotations

import re
from pathlib import Path

from installer import pe
from installer.package import BuildError

_CARRIED = re.compile(r"(?P<name>msvcp140|vcruntime140)-[0-9a-f]{32}\.dll")


def unify(tree: Path) -> list[str]:
    """Do it; give the names of the runtimes that are not needed any more and were removed.

    Raises:
        BuildError: the runtime of the tree is older than one that a wheel carries.

    """
    inner, removed = tree / "_internal", []
    for carried in sorted(inner.glob("*.libs/*.dll")):
        found = _CARRIED.fullmatch(carried.name)
        if found is None:
            continue
        plain = f"{found['name']}.dll"
        if _numbers(inner / plain) < _numbers(carried):
            raise BuildError(f"{plain} is older than {carried.name}, which it would stand for.")
        for library in sorted(inner.rglob("*.pyd")):
            _rename(library, carried.name, plain)
        carried.unlink()
        removed.append(carried.name)
        if not any(carried.parent.iterdir()):
            carried.parent.rmdir()
    return removed


def _numbers(file: Path) -> tuple[int, ...]:
    return tuple(map(int, pe.read(file).version.split(".")))


def _rename(library: Path, old: str, new: str) -> None:
    content = library.read_bytes()
    wanted = old.encode("ascii") + b"\0"
    if wanted in content:
        library.unlink()  # a link to the package's own file, which stays as it is
        library.write_bytes(content.replace(wanted, new.encode("ascii").ljust(len(wanted), b"\0")))
