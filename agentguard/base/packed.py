"""Reads a text that ships with the program, also where a package has packed it.

A package for desks packs what is long and read once: `long.toml` stands there as `long.toml.z`.
"""

from __future__ import annotations

import zlib
from pathlib import Path

PACKED = ".z"
"""What is added to the name of a text that a package packs, by `zlib`."""


def text(file: Path) -> str:
    """Return what a file says, or the packed one that stands in its place.

    Raises:
        OSError: there is neither, or it cannot be read.
        ValueError: it is no text in UTF-8, or the packed one is damaged; names that.

    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        packed = file.with_name(file.name + PACKED)
        if not packed.is_file():
            raise
    try:
        return zlib.decompress(packed.read_bytes()).decode()
    except zlib.error as error:
        raise ValueError(f"{packed.name}: {error}") from error


def texts(folder: Path, suffix: str) -> list[Path]:
    """Return the folder's files of an ending, sorted, those that are packed by their plain name."""
    plain = folder.glob(f"*{suffix}")
    packed = (file.with_suffix("") for file in folder.glob(f"*{suffix}{PACKED}"))
    return sorted({*plain, *packed})
