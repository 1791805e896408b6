"""The newest backup: the policy's markers, and the traces of File History."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agentguard.model.facts import BackupSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._backup_traces import read_from
from agentguard.ports.desktop import Probe

MARKER = "marker"

TRACES: Mapping[str, tuple[str, ...]] = {
    "File History": ("~/AppData/Local/Microsoft/Windows/FileHistory/Configuration/Catalog*.edb",),
}
"""What is written at each backup; of most products only a marker of the policy can tell."""


def read(at: Moment, policy: Policy) -> BackupSeen:
    """Look at the policy's markers and at File History's own catalogue.

    Without a marker, that nothing was found says nothing of other products.
    """
    seen = read_from({MARKER: policy.backup_markers, **TRACES}, at)
    if seen.newest is None and not policy.backup_markers:
        return replace(seen, unread="unsupported")
    return seen


PROBE = Probe(name="backup", every=1800, read=read)
