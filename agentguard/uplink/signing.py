"""Signs requests with the device's key, and verifies the endpoint's receipts."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentguard.trust.curves import signed
from agentguard.uplink.identity import DeviceKey
from agentguard.wire import httpsig

NONCE_BYTES = 18

Sign = Callable[[httpsig.Target, bytes, float], Mapping[str, str]]
"""Gives the headers for (target, body, wall time of the endpoint in seconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSigner:
    """Signs requests in the name of a device."""

    key: DeviceKey
    device: str

    def __call__(self, target: httpsig.Target, body: bytes, wall: float) -> Mapping[str, str]:
        """Return the headers of the signed request."""
        digest = httpsig.content_digest(body)
        parameters = httpsig.Parameters(
            created=max(0, int(wall)),
            nonce=secrets.token_urlsafe(NONCE_BYTES),
            keyid=self.device,
        )
        signature = self.key.sign(httpsig.signature_base(target, digest, parameters))
        return httpsig.headers(digest, parameters, signature)


def signed_by(public_key: str, data: bytes, signature: str) -> bool:
    """Check whether `signature` (base64) over `data` is that of the Ed25519 key (base64)."""
    try:
        key, made = (base64.b64decode(one, validate=True) for one in (public_key, signature))
    except (ValueError, binascii.Error):
        return False
    return signed(key, data, made)
