"""A pack as one file to download: a zip that is made while it goes out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

BLOCK = 256 * 1024


class _Out(io.RawIOBase):
    """Takes what is written until somebody fetches it."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]
        self._held.append(given)
        self._at += len(given)
        return len(given)

    def tell(self) -> int:
        return self._at

    def fetch(self) -> bytes:
        """Return what was written since the last time."""
        held = b"".join(self._held)
        self._held.clear()
        return held


def pieces(folder: Path, name: str) -> Iterator[bytes]:
    """Yield a zip of a folder, in which its files stand under `name`.

    Raises:
        OSError: a file could not be read.

    """
    out = _Out()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            inner = f"{name}/{path.relative_to(folder).as_posix()}"
            info = zipfile.ZipInfo(inner)
            info.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as file, archive.open(info, "w", force_zip64=True) as entry:
                while block := file.read(BLOCK):
                    entry.write(block)
                    if made := out.fetch():
                        yield made
    yield out.fetch()
