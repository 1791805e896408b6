"""The word of who signs policies that a key is the one by which an endpoint signs its packs.

The keys that a root names are kept offline, so an endpoint cannot sign with them. It has a key of
its own for packs, and a threshold of the root's policy keys certifies that, once and for some time.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from agentguard.trust import dsse, strict_json
from agentguard.trust.dsse import Sealed
from agentguard.trust.keys import PublicKey, from_text
from agentguard.trust.refusal import rejected
from agentguard.trust.roots import Root, believed

TYPE = "application/vnd.agentguard.pack-key.v1+json"
MOST_BYTES = 16 * 1024


class Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Says that `key` (base64) signs packs made from `since` until `until`, seconds since 1970."""

    key: str
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    since: int
    until: int

    @property
    def public(self) -> PublicKey:
        """The key."""
        return from_text(self.key)

    def covers(self, at: int) -> bool:
        """Check whether a pack that was made then is covered."""
        return self.since <= at < self.until


def sealed(certificate: Certificate) -> Sealed:
    """Return a certificate as an envelope without signatures."""
    return Sealed(type=TYPE, payload=msgspec.json.encode(certificate))


def read(raw: bytes) -> tuple[Sealed, Certificate]:
    """Take a certificate apart without believing it.

    Raises:
        PolicyRejected: it is none.

    """
    given = dsse.read(raw, TYPE, MOST_BYTES)
    try:
        found = msgspec.convert(strict_json.read(given.payload, MOST_BYTES), Certificate)
        from_text(found.key)
    except (ValueError, msgspec.ValidationError):
        raise rejected("envelope-form") from None
    return given, found


def opened(raw: bytes, root: Root) -> Certificate:
    """Return a certificate that a threshold of the root's policy keys has signed.

    Raises:
        PolicyRejected: it is none, or not signed by those keys.

    """
    given, found = read(raw)
    believed(given, root, rejected)
    return found
