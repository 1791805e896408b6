"""The newest backup: the policy's markers, and the traces that known tools leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from agentguard.model.facts import BackupSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes._asked import DENIED
from agentguard.ports.desktop import Probe

MARKER = "marker"
AHEAD = 86400.0
"""A trace that is dated more than this many seconds ahead proves nothing."""

TRACES: Mapping[str, tuple[str, ...]] = {
    "borg": ("~/.config/borg/security/*/manifest-timestamp",),
    "restic": ("~/.cache/restic/*/snapshots",),
    "deja-dup": ("~/.cache/deja-dup/*/*.manifest", "~/.cache/deja-dup/restic/*/snapshots"),
    "timeshift": ("/timeshift/snapshots/*", "/run/timeshift/*/backup/timeshift/snapshots/*"),
}
"""What each tool writes when a backup has succeeded."""


def read_from(traces: Mapping[str, tuple[str, ...]], at: Moment) -> BackupSeen:
    """Give the newest trace by its time of change; none at all is an answer as well."""
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


def read(at: Moment, policy: Policy) -> BackupSeen:
    """Look at the policy's markers and at the tools' own places."""
    return read_from({MARKER: policy.backup_markers, **TRACES}, at)


PROBE = Probe(name="backup", every=1800, read=read)
