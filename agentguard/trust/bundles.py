"""Signed policies: a policy file, byte for byte, in an envelope."""

from __future__ import annotations

from agentguard.trust import dsse
from agentguard.trust.dsse import Sealed
from agentguard.trust.refusal import rejected
from agentguard.trust.roots import Root, believed

TYPE = "application/vnd.agentguard.policy.v1+yaml"
MOST_BYTES = 256 * 1024
"""Bytes of the policy in it."""


def sealed(policy: bytes) -> Sealed:
    """Return a policy as an envelope without signatures."""
    return Sealed(type=TYPE, payload=policy)


def read(raw: bytes) -> Sealed:
    """Take a signed policy apart without believing it.

    Raises:
        PolicyRejected: it is no signed policy.

    """
    return dsse.read(raw, TYPE, MOST_BYTES)


def opened(raw: bytes, root: Root) -> bytes:
    """Return the policy that a threshold of the root's policy keys has signed.

    Raises:
        PolicyRejected: it is no signed policy, or not signed by those keys.

    """
    return believed(read(raw), root, rejected)
