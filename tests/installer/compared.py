"""Compares two builds byte by byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from installer import build_msi

ANEW = 16
"""One block of so many is packed anew though it is known."""


def again(tree: Path, version: str, out: Path, known: Mapping[bytes, bytes] | None = None) -> bytes:
    """Give the MSI of a copy of a tree, whose files are all from now.

    Blocks that are `known`, with all that stands before them in theirs, are taken as they are but
    for a few, by chance: two minutes of packing give the same bytes by what `test_deflate` holds.
    """
    twin = shutil.copytree(tree, out / "a copy", copy_function=shutil.copyfile)
    taken = {name: data for name, data in (known or {}).items() if name[0] % ANEW}
    return build_msi.wrap(twin, version, out / "packed", known=taken).read_bytes()


def differing(one: Path, two: Path) -> Iterator[str]:
    """Give each file that is not the same in two trees, and where it first is not."""
    names = [{p.relative_to(t).as_posix() for p in t.rglob("*") if p.is_file()} for t in (one, two)]
    yield from (f"{name}: in one alone" for name in sorted(names[0] ^ names[1]))
    for name in sorted(names[0] & names[1]):
        first, second = (tree / name for tree in (one, two))
        if first.read_bytes() != second.read_bytes():
            yield f"{name}: {_where(first.read_bytes(), second.read_bytes())}"


def _where(one: bytes, two: bytes) -> str:
    places = [n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b]
    if not places:
        return f"{len(one)} and {len(two)} bytes"
    return f"{len(places)} bytes from {places[0]} on, of {len(one)} and {len(two)}"
