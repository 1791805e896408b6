"""Reads what `logs` wrote, in either form: the files in their order, and what a line says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from agentguard.base import logs

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?P<level>[A-Z]+) (?P<thread>.{0,80}?) "
    r"(?P<logger>[A-Za-z_][\w.]*): (?P<message>.*)",
    re.DOTALL,
)

Said = dict[str, str]
"""What a line says: time, level in small letters, thread, logger and message, as far as told."""


def files(folder: Path) -> list[Path]:
    """Return the logs in a folder, the oldest first; none where there is no such folder.

    Raises:
        OSError: the folder may not be looked into.

    """
    try:
        there = {file.name for file in folder.iterdir()}
    except FileNotFoundError:
        return []
    older = (f"{logs.FILE}.{number}" for number in range(logs.BACKUPS, 0, -1))
    return [folder / name for name in (*older, logs.FILE) if name in there]


def said(text: str) -> Said | None:
    """Return what a line says; None for one that begins no entry, such as a place of an error."""
    if text.startswith("{"):
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else None
    found = _LINE.fullmatch(text)
    return {**found.groupdict(), "level": found["level"].lower()} if found else None
