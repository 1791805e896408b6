"""Signed catalogues of software: a pack, byte for byte, in an envelope, by the keys of policies."""

from __future__ import annotations

from agentguard.base.errors import PolicyRejected
from agentguard.trust import dsse
from agentguard.trust.dsse import Sealed
from agentguard.trust.refusal import pack_rejected
from agentguard.trust.roots import Root, believed

TYPE = "application/vnd.agentguard.catalogue.v1+xz"
MOST_BYTES = 512 * 1024
"""Bytes of the pack in it; in an envelope it still fits into one answer of the endpoint."""


def sealed(pack: bytes) -> Sealed:
    """Return a pack as an envelope without signatures."""
    return Sealed(type=TYPE, payload=pack)


def read(raw: bytes) -> Sealed:
    """Take a signed pack apart without believing it.

    Raises:
        PackRejected: it is no signed pack.

    """
    try:
        return dsse.read(raw, TYPE, MOST_BYTES)
    except PolicyRejected as error:
        raise pack_rejected(_KINDS.get(error.kind, "form")) from None


_KINDS = {"envelope-too-big": "large", "envelope-type": "type"}


def opened(raw: bytes, root: Root) -> bytes:
    """Return the pack that a threshold of the root's policy keys has signed.

    Raises:
        PackRejected: it is no signed pack, or not signed by those keys.

    """
    return believed(read(raw), root, pack_rejected)
