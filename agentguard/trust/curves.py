"""Ed25519, X25519, AES-256-GCM and Argon2id for a process that lives all day, by libsodium.

*cryptography* brings an OpenSSL of its own and takes a desk 12 MiB as soon as one key is made;
libsodium (PyNaCl) takes two. What few hours ask for stays with it: certificates, keys in files,
older ciphers. Both give the same bytes (RFC 8032, 7748, 5869, 9106; SP 800-38D): a test says so.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from nacl import bindings
from nacl.exceptions import CryptoError, UnavailableError

KEY_BYTES = 32
"""Bytes of a seed, of either half of a key for agreements, of a public key and of a box's key."""
SIGNATURE_BYTES = 64
NONCE_BYTES = 12
_TAG_BYTES = 16


class BrokenBoxError(ValueError):
    """What was sealed was changed, or was sealed with another key or for another place."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs with Ed25519; its secret never shows in a repr."""

    public: bytes
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, seed: bytes) -> SigningKey:
        """Return the key of a seed.

        Raises:
            ValueError: it has not 32 bytes.

        """
        return cls(*bindings.crypto_sign_seed_keypair(_whole(seed)))

    @classmethod
    def made(cls) -> SigningKey:
        """Return a new one."""
        return cls.of(secrets.token_bytes(KEY_BYTES))

    def sign(self, data: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return bindings.crypto_sign(data, self._secret)[:SIGNATURE_BYTES]


def signed(public: bytes, data: bytes, signature: bytes) -> bool:
    """Check whether an Ed25519 signature over `data` is that of a key."""
    if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False  # what is checked is both in one piece: a byte too few would be the data's
    try:
        bindings.crypto_sign_open(signature + data, public)
    except CryptoError:
        return False
    return True


def public_half(secret: bytes) -> bytes:
    """Return the public half of a key for agreements (X25519).

    Raises:
        ValueError: it has not 32 bytes.

    """
    return bindings.crypto_scalarmult_base(_whole(secret))


def agreed(secret: bytes, public: bytes) -> bytes:
    """Return what the owners of both keys have in common (X25519).

    Raises:
        ValueError: one of them is no key, or every secret would have this in common with `public`.

    """
    try:
        return bindings.crypto_scalarmult(_whole(secret), _whole(public))
    except CryptoError as error:
        raise ValueError from error


def derived(shared: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Return a key of 32 bytes that follows from a secret (HKDF-SHA256, RFC 5869)."""
    known = hmac.digest(salt or bytes(KEY_BYTES), shared, "sha256")
    return hmac.digest(known, info + b"\x01", "sha256")


def stretched(secret: bytes, salt: bytes, *, passes: int, kib: int) -> bytes:
    """Return 32 bytes that take time and memory to guess from (Argon2id in one lane, RFC 9106).

    Raises:
        ValueError: the salt has not 16 bytes, or there are less than one pass or 8 KiB.

    """
    form = bindings.crypto_pwhash_ALG_ARGON2ID13
    return bindings.crypto_pwhash_alg(KEY_BYTES, secret, salt, passes, kib * 1024, form)


class Box:
    """Seals with AES-256-GCM; `bound` is what is not sealed, but has to be the same at opening.

    Where the processor has no instructions for it, which libsodium asks for, *cryptography* does.
    """

    def __init__(self, key: bytes) -> None:
        self._key = _whole(key)

    def sealed(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        """Return it sealed; a nonce (12 bytes) serves a key once."""
        try:
            return bindings.crypto_aead_aes256gcm_encrypt(data, bound, nonce, self._key)
        except UnavailableError:
            return _sealed_in_software(self._key, nonce, data, bound)

    def opened(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            BrokenBoxError: it is not that.

        """
        if len(nonce) != NONCE_BYTES or len(sealed) < _TAG_BYTES:
            raise BrokenBoxError
        try:
            return bindings.crypto_aead_aes256gcm_decrypt(sealed, bound, nonce, self._key)
        except UnavailableError:
            return _opened_in_software(self._key, nonce, sealed, bound)
        except CryptoError as error:
            raise BrokenBoxError from error


def _sealed_in_software(key: bytes, nonce: bytes, data: bytes, bound: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

    return AESGCM(key).encrypt(nonce, data, bound)


def _opened_in_software(key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

    try:
        return AESGCM(key).decrypt(nonce, sealed, bound)
    except (InvalidTag, ValueError) as error:
        raise BrokenBoxError from error


def _whole(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError
    return key
