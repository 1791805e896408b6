"""Ed25519 keys as files: made once, offline, in the PEM form that other programs know.

The private key is PKCS #8 (RFC 5958), readable by its owner only, and encrypted when there is a
passphrase; the public key is SubjectPublicKeyInfo (RFC 8410) beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from agentguard.base import atomic_files, named_files, translations
from agentguard.base.errors import CannotError, UsageError
from agentguard.trust.keys import PublicKey, public_of

LARGEST_FILE = 16 * 1024
PUBLIC = ".pub"


def make(file: Path, passphrase: bytes) -> PublicKey:
    """Make a key pair: `file`, and `file`.pub beside it. Neither may exist.

    Raises:
        UsageError: one of them exists already.
        CannotError: it could not be written.

    """
    words, public = translations.load(), file.with_name(f"{file.name}{PUBLIC}")
    key = Ed25519PrivateKey.generate()
    hidden: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    pem, plain = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, hidden)
    taken = UsageError(words.say("keys.exists", file=str(file)), words.say("keys.exists-advice"))
    if public.exists():
        raise taken
    try:
        atomic_files.write_new(file, private)
        atomic_files.write_new(public, key.public_key().public_bytes(pem, plain))
        atomic_files.sync_folder(file.parent)
    except FileExistsError:
        raise taken from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotError(words.say("keys.unwritten", file=str(file), why=why)) from error
    return public_of(key)


def pem_of(key: PublicKey) -> bytes:
    """Return a public key in the form of its file."""
    public = Ed25519PublicKey.from_public_bytes(key.raw)
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def load_private(file: Path, passphrase: Callable[[], bytes]) -> Ed25519PrivateKey:
    """Read a private key; `passphrase` is asked only when it is encrypted.

    Raises:
        UsageError: it cannot be read, is no Ed25519 key, or the passphrase is wrong.

    """
    data = _read(file)
    try:
        key = serialization.load_pem_private_key(data, None)
    except TypeError:  # it is encrypted
        try:
            key = serialization.load_pem_private_key(data, passphrase() or b"-")
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise UsageError(translations.load().say("keys.passphrase", file=str(file))) from None
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(file) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(file)
    return key


def load_public(file: Path) -> PublicKey:
    """Read a public key.

    Raises:
        UsageError: it cannot be read, or is no Ed25519 key.

    """
    try:
        key = serialization.load_pem_public_key(_read(file))
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(file) from None
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(file)
    return PublicKey(key.public_bytes_raw())


def _read(file: Path) -> bytes:
    named_files.must_end(file)
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(translations.load().say("keys.unread", file=str(file), why=why)) from error


def _no_key(file: Path) -> UsageError:
    words = translations.load()
    return UsageError(words.say("keys.none", file=str(file)), words.say("keys.none-advice"))
