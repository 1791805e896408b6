"""Sees whether files of the program itself are gone, as after a virus scanner's quarantine.

What belongs to a version is what was there when its keeper first ran; the list lies where only the
system writes. A file that comes back, by a repair or out of quarantine, is missed no more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agentguard.base import atomic_files

LIST = "program-files.json"
KINDS = frozenset({".dll", ".exe", ".pyd", ".py", ".pyc", ".so", ".toml", ".zip"})
MOST = 20_000
_OWN_MAKE = "__pycache__"


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a version, relative to the program's folder."""

    version: str
    folder: str
    files: tuple[str, ...]


class ProgramFiles:
    """The program's files below `folder`; the list of them is kept in `private`."""

    def __init__(self, folder: Path, private: Path, version: str) -> None:
        self._folder = folder
        self._note = private / LIST
        self._version = version

    def gone(self) -> tuple[str, ...]:
        """Return the files that are gone; the first look of a version writes the list down.

        Raises:
            OSError: the program's folder or the list cannot be read, or not be written.

        """
        known = self._known()
        if known is None:
            known = _Listed(
                version=self._version, folder=str(self._folder), files=tuple(self._present())
            )
            atomic_files.write(self._note, msgspec.json.encode(known))
        return tuple(name for name in known.files if not (self._folder / name).is_file())

    def _known(self) -> _Listed | None:
        try:
            listed = msgspec.json.decode(self._note.read_bytes(), type=_Listed)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        same = (listed.version, listed.folder) == (self._version, str(self._folder))
        return listed if same else None

    def _present(self) -> Iterator[str]:
        count = 0
        for place, folders, names in os.walk(self._folder):
            folders[:] = [name for name in folders if name != _OWN_MAKE]
            for name in names:
                if Path(name).suffix.lower() not in KINDS:
                    continue
                count += 1
                if count > MOST:
                    return
                yield str((Path(place) / name).relative_to(self._folder))
