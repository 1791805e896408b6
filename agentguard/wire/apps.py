"""How a person at a desk is given the secret of an authenticator app, sealed for one showing.

The request is signed by the device and carries a key that was drawn for it alone, so a proxy that
reads TLS sees no secret. X25519, HKDF-SHA256, ChaCha20-Poly1305 (RFC 7748, 5869, 8439).
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from agentguard.wire.v1 import Struct, Word

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

APPS = "/v1/factors/app"
KEY = 32  # bytes
_INFO = b"agentguard sealed app v1"
_NONCE = bytes(12)  # each key seals once


class AppAsked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /v1/factors/app`: a person wants to set up an authenticator app.

    `code` is a supervisor's, for this person at this desk; without one the answer tells whether the
    person has an app (`enrolled` or `none`). `public_key` is X25519, base64.
    """

    device: Word
    user: Word
    code: Word
    public_key: Word


class AppGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer: `sealed` is the otpauth address, for the key that was sent (base64).

    `problem` is empty, or `wrong`, `used`, `expired`, `enrolled`, `none` or `locked`; `wait` is in
    seconds.
    """

    sealed: str = ""
    problem: str = ""
    wait: int = 0


def new_key() -> tuple[X25519PrivateKey, str]:
    """Draw a key for one request; give it with its public half, base64."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 - costs memory
        X25519PrivateKey,
    )

    key = X25519PrivateKey.generate()
    return key, base64.b64encode(key.public_key().public_bytes_raw()).decode()


def seal(public_key: str, text: str) -> str:
    """Seal a text for a public key.

    Raises:
        ValueError: it is no key.

    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 - costs memory
        X25519PublicKey,
    )

    theirs = base64.b64decode(public_key, validate=True)
    own, public = new_key()
    shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
    ours = base64.b64decode(public)
    sealed = _cipher(shared, ours + theirs).encrypt(_NONCE, text.encode(), None)
    return base64.b64encode(ours + sealed).decode()


def unseal(key: X25519PrivateKey, sealed: str) -> str:
    """Open what was sealed for a key.

    Raises:
        ValueError: it was not, or it was changed.

    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - costs memory
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415 - as above

    raw = base64.b64decode(sealed, validate=True)
    theirs = raw[:KEY]
    shared = key.exchange(X25519PublicKey.from_public_bytes(theirs))
    ours = key.public_key().public_bytes_raw()
    try:
        return _cipher(shared, theirs + ours).decrypt(_NONCE, raw[KEY:], None).decode()
    except InvalidTag:
        raise ValueError(sealed[:0]) from None


def _cipher(shared: bytes, salt: bytes) -> ChaCha20Poly1305:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - as above

    key = HKDF(algorithm=SHA256(), length=KEY, salt=salt, info=_INFO).derive(shared)
    return ChaCha20Poly1305(key)
