"""The door for policies: bytes as they arrive to the payload that may be parsed."""

from __future__ import annotations

import hashlib

MARK = b'"payloadType"'


def accept_unsigned_local_file(data: bytes) -> bytes:
    """Take a file that an administrator of this computer put here; nothing is verified.

    Never give this to what comes over the network.
    """
    return data


def looks_signed(data: bytes) -> bool:
    """Check whether it claims to be a signed policy; nothing is believed by it."""
    return data.lstrip()[:1] == b"{" and MARK in data


def verified(data: bytes, root: bytes) -> bytes:
    """Return the policy that is signed by the keys of the pinned root.

    Raises:
        PolicyRejected: it is not, or is no signed policy.

    """
    from agentguard.trust import bundles, roots  # noqa: PLC0415 - only who has a root verifies

    return bundles.opened(data, roots.first(roots.read(root)))


def kept(data: bytes) -> bytes:
    """Return the policy in an envelope that was verified when it was kept.

    Raises:
        PolicyRejected: it is no signed policy.

    """
    from agentguard.trust import bundles  # noqa: PLC0415 - as above

    return bundles.read(data).payload


def digest(payload: bytes) -> str:
    """Return the name by which a policy is known: the SHA-256 of its text, in hex."""
    return hashlib.sha256(payload).hexdigest()
