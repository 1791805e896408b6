"""The newest trace that a backup has left, among files named by patterns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from agentguard.model.facts import BackupSeen
from agentguard.model.moments import Moment

AHEAD = 86400.0
"""A trace that is dated more than this many seconds ahead proves nothing."""

DENIED = "denied"


def read_from(traces: Mapping[str, tuple[str, ...]], at: Moment) -> BackupSeen:
    """Return the newest trace by its time of change; none at all is an answer as well."""
    newest: float | None = None
    source, denied = "", False
    for tool, path in _found(traces):
        try:
            changed = path.stat().st_mtime
        except FileNotFoundError:
            continue
        except OSError:
            denied = True
            continue
        if changed <= at.wall + AHEAD and (newest is None or changed > newest):
            newest, source = changed, tool
    unread = DENIED if denied and newest is None else ""
    return BackupSeen(at=at, newest=newest, source=source, unread=unread)


def _found(traces: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Path]]:
    for tool, patterns in traces.items():
        for pattern in patterns:
            place = Path(pattern).expanduser()
            for path in Path(place.anchor).glob(str(place.relative_to(place.anchor))):
                yield tool, path
