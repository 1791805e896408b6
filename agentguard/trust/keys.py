"""Ed25519 keys: the public half as root documents hold it, and whatever signs."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from agentguard.trust.curves import KEY_BYTES, SigningKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    Key: TypeAlias = "Ed25519PrivateKey | SigningKey"
    """A key that signs: of a file, or one that only this process has."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of an Ed25519 key."""

    raw: bytes

    @property
    def id(self) -> str:
        """The name of the key: the first 16 hex digits of the SHA-256 of its bytes."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The key in base64, as a root document holds it."""
        return base64.b64encode(self.raw).decode()


def from_text(text: str) -> PublicKey:
    """Read a key as a root document holds it.

    Raises:
        ValueError: it is none.

    """
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError from error
    if len(raw) != KEY_BYTES:
        raise ValueError
    return PublicKey(raw)


def public_of(key: Key) -> PublicKey:
    """Return the public half."""
    if isinstance(key, SigningKey):
        return PublicKey(key.public)
    return PublicKey(key.public_key().public_bytes_raw())
