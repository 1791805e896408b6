"""Reads files that may lie on a share that is away: one that never answers holds nobody up."""

from __future__ import annotations

import errno
from pathlib import Path

from agentguard.platforms._secret_time_limit import Asked

SECONDS = 2.0
"""How long a file may take; a start has 10 s, and a share that is up answers within one."""
MOST = 4 << 20
"""Bytes of a file that are read; a policy has at most a quarter of it."""


class PatientReader:
    """Reads files in a thread of their own; of a file that does not answer there is one at most."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._asked: dict[Path, Asked[bytes]] = {}

    def __call__(self, file: Path) -> bytes:
        """Return what a file holds; a later call takes what an earlier one has waited for.

        Raises:
            TimeoutError: it has not answered in time.
            OSError: it could not be read, or is longer than any that is wanted.

        """
        asked = self._asked.get(file)
        if asked is None:
            asked = self._asked[file] = Asked(lambda: _read(file))
            asked.start()
        asked.join(self._seconds)
        if asked.is_alive():
            raise TimeoutError(errno.ETIMEDOUT, "it does not answer", str(file))
        del self._asked[file]
        if asked.error is not None:
            raise asked.error
        return asked.answer or b""


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(MOST + 1)
    if len(data) > MOST:
        raise OSError(errno.EFBIG, "it is too long", str(file))
    return data
