"""Reads what the installer needs to know of a program or library: its version and its imports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pefile  # type: ignore[import-untyped]

_MAGIC = b"MZ"
_DIRECTORIES = ("IMPORT", "DELAY_IMPORT", "RESOURCE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A PE file: its version as four numbers (empty without one), what it imports, its manifest."""

    version: str
    imports: tuple[str, ...]
    manifest: str
    stamp: int


def is_image(file: Path) -> bool:
    """Check whether a file is a Windows program or library."""
    with file.open("rb") as opened:
        return opened.read(len(_MAGIC)) == _MAGIC


def read(file: Path) -> Image:
    """Read one.

    Raises:
        pefile.PEFormatError: it only looks like one.

    """
    with _parsed(file) as found:
        return Image(
            version=_version(found),
            imports=tuple(sorted(_imports(found))),
            manifest=_manifest(found),
            stamp=found.FILE_HEADER.TimeDateStamp,
        )


@contextmanager
def _parsed(file: Path) -> Iterator[pefile.PE]:
    with closing(pefile.PE(str(file), fast_load=True)) as found:
        known = pefile.DIRECTORY_ENTRY
        found.parse_data_directories(
            [known[f"IMAGE_DIRECTORY_ENTRY_{name}"] for name in _DIRECTORIES]
        )
        yield found


def _version(found: pefile.PE) -> str:
    for info in getattr(found, "VS_FIXEDFILEINFO", ()):
        high, low = info.FileVersionMS, info.FileVersionLS
        return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"
    return ""


def _imports(found: pefile.PE) -> Iterator[str]:
    for kind in ("DIRECTORY_ENTRY_IMPORT", "DIRECTORY_ENTRY_DELAY_IMPORT"):
        for entry in getattr(found, kind, ()):
            yield entry.dll.decode("ascii").lower()


def _manifest(found: pefile.PE) -> str:
    wanted = pefile.RESOURCE_TYPE["RT_MANIFEST"]
    entries = getattr(getattr(found, "DIRECTORY_ENTRY_RESOURCE", None), "entries", ())
    for kind in (entry for entry in entries if entry.id == wanted):
        leaf = kind.directory.entries[0].directory.entries[0].data.struct
        data: bytes = found.get_data(leaf.OffsetToData, leaf.Size)
        return data.decode("utf-8")
    return ""
