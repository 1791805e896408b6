"""The endpoint's own keys: it signs receipts, and seals the secrets that stand in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.bindings import crypto_sign, crypto_sign_BYTES, crypto_sign_seed_keypair
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError
from agentguard.base.translations import load
from agentguard.trust import dsse
from agentguard.trust.dsse import Sealed

SEED, SALT = 32, 8  # bytes


class ServerKeys:
    """All keys of one endpoint, derived from one seed."""

    def __init__(self, seed: bytes) -> None:
        self._public, self._secret = crypto_sign_seed_keypair(seed)
        self._box = SecretBox(_derived(seed, b"agentguard sealed secrets v1"))
        self._people = _derived(seed, b"agentguard people v1")
        self._hmac = _derived(seed, b"agentguard console tokens v1")
        self._packs = Ed25519PrivateKey.from_private_bytes(
            _derived(seed, b"agentguard evidence packs v1")
        )
        self._openings = _derived(seed, b"agentguard openings by phone v1")

    @property
    def receipt_key(self) -> str:
        """The public key of the receipts, base64."""
        return base64.b64encode(self._public).decode()

    def sign(self, data: bytes) -> str:
        """Sign a receipt; base64."""
        signed = crypto_sign(data, self._secret)  # a SignedMessage of each would cost more
        return base64.b64encode(signed[:crypto_sign_BYTES]).decode()

    @property
    def pack_key(self) -> str:
        """The public key of evidence packs, base64."""
        return base64.b64encode(self._packs.public_key().public_bytes_raw()).decode()

    def sign_pack(self, listed: Sealed) -> Sealed:
        """Sign the list of an evidence pack; receipts are signed with another key."""
        return dsse.sign(listed, self._packs)

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

    def pseudonym(self, name: str) -> str:
        """Return what a person is called in place of the name.

        The same for ever, to nobody else.
        """
        told = hmac.new(self._people, name.casefold().encode(), hashlib.sha256).digest()[:10]
        text = base64.b32encode(told).decode().lower()
        return "-".join(("p", *(text[i : i + 4] for i in range(0, len(text), 4))))

    def token(self, text: str) -> str:
        """Return a token that only this endpoint can make for `text`."""
        return hmac.new(self._hmac, text.encode(), hashlib.sha256).hexdigest()

    def form_token(self, session: str) -> str:
        """Return a form's token for a session; each is another, so that none can be guessed at.

        A packed page tells by its length whether what somebody put into its address stands in it
        a second time.
        """
        salt = secrets.token_hex(SALT)
        return salt + self.token(f"form {salt} {session}")

    def is_form_token(self, given: str, session: str) -> bool:
        """Check whether a form's token was made for a session."""
        salt = given[: 2 * SALT]
        wanted = salt + self.token(f"form {salt} {session}")
        earlier = self.token(session)  # of a page that a process of the release before has made
        return any(hmac.compare_digest(one.encode(), given.encode()) for one in (wanted, earlier))

    def opening(self, text: str) -> bytes:
        """Return 32 bytes that only this endpoint can make, for what opens a desk by phone."""
        return hmac.new(self._openings, text.encode(), hashlib.sha256).digest()


def load_or_make(file: Path) -> ServerKeys:
    """Read the seed, or make it, readable by the owner only; processes that begin at once share it.

    Raises:
        StoreError: the file is there and is no seed, or it could not be written.

    """
    words = load()
    try:
        if not file.exists():
            atomic_files.make_folder(file.parent)
            atomic_files.write_once(file, secrets.token_bytes(SEED))
        seed = atomic_files.read(file)
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
