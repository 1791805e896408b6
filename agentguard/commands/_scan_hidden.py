"""Made-up names for folders and files, so that a report can be sent outside the house."""

from __future__ import annotations

import os
import re
from hashlib import blake2b
from pathlib import PurePath

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


class Hidden:
    """Gives each name the same made-up one within a report, and another one in the next.

    The names are keyed hashes whose key is thrown away, so that none can be guessed and tried.
    """

    def __init__(self) -> None:
        self._key = os.urandom(16)

    def path(self, path: str) -> str:
        """Return a made-up path: the folder and the file, with the file's ending."""
        ending = _ENDING.search(path)
        if ending is None:
            return self.folder(path)
        return f"{self.folder(str(PurePath(path).parent))}/file-{self._sign(path)}{ending[0]}"

    def folder(self, path: str) -> str:
        """Return a made-up name of a folder."""
        return f"folder-{self._sign(path)}"

    def _sign(self, path: str) -> str:
        data = path.encode("utf-8", "surrogatepass")
        return blake2b(data, key=self._key, digest_size=3).hexdigest()
