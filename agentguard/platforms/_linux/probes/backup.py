"""The newest backup: the policy's markers, and the traces that known tools leave."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.model.facts import BackupSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._backup_traces import read_from
from agentguard.ports.desktop import Probe

MARKER = "marker"
TRACES: Mapping[str, tuple[str, ...]] = {
    "borg": ("~/.config/borg/security/*/manifest-timestamp",),
    "restic": ("~/.cache/restic/*/snapshots",),
    "deja-dup": ("~/.cache/deja-dup/*/*.manifest", "~/.cache/deja-dup/restic/*/snapshots"),
    "timeshift": ("/timeshift/snapshots/*", "/run/timeshift/*/backup/timeshift/snapshots/*"),
}
"""What each tool writes when a backup has succeeded."""


def read(at: Moment, policy: Policy) -> BackupSeen:
    """Look at the policy's markers and at the tools' own places."""
    return read_from({MARKER: policy.backup_markers, **TRACES}, at)


PROBE = Probe(name="backup", every=1800, read=read)
