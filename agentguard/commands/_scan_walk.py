"""Finds the files to scan: links are not followed, and what cannot be entered is told."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from agentguard.detect.refusals import reason_of
from agentguard.detect.sandbox.client import Scanned
from agentguard.model.outcomes import FileOutcome


def walk(roots: Sequence[str]) -> Iterator[str | Scanned]:
    """Yield every file below the roots once, in the order of names, or why a folder is shut."""
    seen: set[tuple[int, int]] = set()
    waiting = list(reversed(roots))
    while waiting:
        path = waiting.pop()
        try:
            found = Path(path).lstat()
            if not stat.S_ISDIR(found.st_mode):
                yield path
            elif (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                waiting += _below(path)
        except OSError as error:
            reason = reason_of(error)
            denied = "reason.denied-folder" if reason == "reason.denied" else reason
            yield Scanned(path=path, outcome=FileOutcome.UNREADABLE, reason=denied)


def _below(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted((entry.path for entry in entries), reverse=True)
