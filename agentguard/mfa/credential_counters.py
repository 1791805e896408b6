"""The last counter of each credential: one that does not grow is a copy of a key.

Many keys and all platform authenticators always say 0, which is taken (WebAuthn 7.2, step 22).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from agentguard.base import atomic_files

FILE = "passkey-counters.json"


class Counters:
    """The counters in `folder`; written before a proof is accepted."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def last(self, credential: bytes) -> int:
        """Return the last counter, 0 for none.

        Raises:
            OSError: it is kept and cannot be read.

        """
        return self._read().get(_name(credential), 0)

    def keep(self, credential: bytes, counter: int) -> None:
        """Remember a counter other than 0.

        Raises:
            OSError: it could not be kept.

        """
        if counter:
            known = {**self._read(), _name(credential): counter}
            atomic_files.write(self._file, json.dumps(known).encode("ascii"))

    def _read(self) -> dict[str, int]:
        try:
            values = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise OSError(str(self._file)) from error
        known = values if isinstance(values, dict) else {}
        return {str(k): v for k, v in known.items() if isinstance(v, int)}


def _name(credential: bytes) -> str:
    return hashlib.sha256(credential).hexdigest()[:32]
