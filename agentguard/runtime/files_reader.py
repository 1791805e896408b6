"""Reads files in the scan's child, by the policy in force; in a drill's file its number counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.detect.rules import rules_version
from agentguard.detect.sandbox.client import ScanClient, Scanned
from agentguard.model.policy import Policy
from agentguard.ports.sensor import PolicySource
from agentguard.runtime.drills._labels import Labels
from agentguard.runtime.policy_service import Governor


@dataclass(frozen=True, slots=True)
class FilesReader:
    """Reads files in the scan's child by the policy in force, and tells the policy's trial how."""

    child: ScanClient
    policy: PolicySource
    governor: Governor
    labels: Labels = field(default_factory=Labels)

    def scan(self, path: str) -> Scanned:
        """Return what a file holds."""
        follow(self.child, self.policy())
        scanned = self.child.scan(path, self.labels.number(path))
        self.governor.scanned(path, scanned.reason)
        return scanned

    def read_on(self, path: str, start: int) -> Scanned:
        """Return what else a file holds from a byte on, where a turn left it."""
        follow(self.child, self.policy())
        scanned = self.child.scan(path, self.labels.number(path), start)
        self.governor.scanned(path, scanned.reason)
        return scanned

    def rules(self) -> str:
        """Return the version of the rules by which it is read."""
        policy = self.policy()
        return f"{rules_version(policy.detection)}-{policy.watch.max_mib}"


def follow(child: ScanClient, policy: Policy) -> None:
    """Have the child look for what a policy wants, in as much of a file as it says."""
    child.use(policy.detection, policy.watch.max_mib)
