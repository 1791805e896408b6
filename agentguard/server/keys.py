"""The endpoint's own keys: it signs receipts, and seals the secrets that stand in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.signing import SigningKey

from agentguard import durable
from agentguard.errors import StoreError
from agentguard.texts import load

SEED = 32  # bytes


class ServerKeys:
    """All keys of one endpoint, derived from one seed."""

    def __init__(self, seed: bytes) -> None:
        self._signer = SigningKey(seed)
        self._box = SecretBox(_derived(seed, b"agentguard sealed secrets v1"))
        self._hmac = _derived(seed, b"agentguard console tokens v1")

    @property
    def receipt_key(self) -> str:
        """The public key of the receipts, base64."""
        return base64.b64encode(self._signer.verify_key.encode()).decode()

    def sign(self, data: bytes) -> str:
        """Sign a receipt; base64."""
        return base64.b64encode(self._signer.sign(data).signature).decode()

    def seal(self, secret: str) -> bytes:
        """Encrypt a secret for the database."""
        return bytes(self._box.encrypt(secret.encode()))

    def unseal(self, sealed: bytes) -> str:
        """Decrypt a secret of the database.

        Raises:
            StoreError: it was sealed by another key.

        """
        try:
            return self._box.decrypt(sealed).decode()
        except CryptoError as error:
            words = load()
            raise StoreError(
                words.say("server.key.foreign"), words.say("server.key.foreign-advice")
            ) from error

    def token(self, text: str) -> str:
        """Give a token that only this endpoint can make for `text`."""
        return hmac.new(self._hmac, text.encode(), hashlib.sha256).hexdigest()


def load_or_make(file: Path) -> ServerKeys:
    """Read the seed, or make it, readable by the owner only.

    Raises:
        StoreError: the file is there and is no seed, or it could not be written.

    """
    words = load()
    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.write(file, secrets.token_bytes(SEED))
        seed = file.read_bytes()
    except OSError as error:
        raise StoreError(
            words.say("server.key.unread"), words.say("server.key.unread-advice", file=str(file))
        ) from error
    if len(seed) != SEED:
        raise StoreError(
            words.say("server.key.damaged", file=str(file)), words.say("server.key.damaged-advice")
        )
    return ServerKeys(seed)


def _derived(seed: bytes, purpose: bytes) -> bytes:
    return hmac.new(seed, purpose, hashlib.sha256).digest()
