"""One fixed profile of HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530).

Covered are method, authority, path and content digest; parameters are created, nonce, keyid and
alg, in this order. Only this profile is written and only this profile is accepted. The bytes are
made and taken apart here; keys and clocks stay with the callers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

LABEL = "agentguard"
COVERED = '("@method" "@authority" "@path" "content-digest")'
ALGORITHM = "ed25519"
MAX_SKEW = 300  # seconds between `created` and the endpoint's clock

_INPUT = re.compile(
    re.escape(f"{LABEL}={COVERED}")
    + r';created=(?P<created>0|[1-9][0-9]{0,11});nonce="(?P<nonce>[A-Za-z0-9_-]{16,64})"'
    + r';keyid="(?P<keyid>[A-Za-z0-9_-]{1,64})";alg="ed25519"'
)
_SIGNATURE = re.compile(rf"{LABEL}=:(?P<value>[A-Za-z0-9+/]{{85}}[AQgw]==):")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The signature's parameters: `created` in seconds since 1970, a fresh nonce, the key's id."""

    created: int
    nonce: str
    keyid: str

    @property
    def text(self) -> str:
        """The parameters as they stand in the header and in the signature base."""
        return (
            f'{COVERED};created={self.created};nonce="{self.nonce}"'
            f';keyid="{self.keyid}";alg="{ALGORITHM}"'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is signed of the request."""

    method: str
    authority: str
    path: str


def content_digest(body: bytes) -> str:
    """Return the Content-Digest header's value."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_base(target: Target, digest: str, parameters: Parameters) -> bytes:
    """Return the bytes that are signed (RFC 9421, 2.5)."""
    lines = (
        f'"@method": {target.method}',
        f'"@authority": {target.authority.lower()}',
        f'"@path": {target.path}',
        f'"content-digest": {digest}',
        f'"@signature-params": {parameters.text}',
    )
    return "\n".join(lines).encode()


def headers(digest: str, parameters: Parameters, signature: bytes) -> dict[str, str]:
    """Return the three headers of a signed request."""
    return {
        "Content-Digest": digest,
        "Signature-Input": f"{LABEL}={parameters.text}",
        "Signature": f"{LABEL}=:{base64.b64encode(signature).decode()}:",
    }


def parse(signature_input: str, signature: str) -> tuple[Parameters, bytes] | None:
    """Take the headers apart; None when they are not of this profile."""
    found = _INPUT.fullmatch(signature_input)
    value = _SIGNATURE.fullmatch(signature)
    if found is None or value is None:
        return None
    try:
        raw = base64.b64decode(value["value"], validate=True)
    except binascii.Error:
        return None
    parameters = Parameters(
        created=int(found["created"]), nonce=found["nonce"], keyid=found["keyid"]
    )
    return parameters, raw
