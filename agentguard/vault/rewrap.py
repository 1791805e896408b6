"""Gives a sealed file to other recipients: a new age header around the same file key.

The payload stays byte for byte: its key follows from the file key and its own nonce, not from the
header (https://c2sp.org/age). Who had the file and a key to it before can open that copy as before.
"""

from __future__ import annotations

import hashlib
import hmac
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agentguard.vault.age_header import VERSION, AgeHeader, Stanza, base64_of, bytes_of, read
from agentguard.vault.sealed_file import BrokenSeal

if TYPE_CHECKING:
    from pyrage import x25519

KIND = b"X25519"
KEY = NONCE = 16
"""Bytes of the file key, and of what the payload begins with."""
_LABEL = VERSION + b"/X25519"
_ONCE = bytes(12)
"""The nonce of a wrapping key, which wraps once."""
_BUFFER = 1 << 20
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_CHECKSUM = 6


def rewrap(
    sealed: BinaryIO,
    target: BinaryIO,
    identity: x25519.Identity,
    recipients: Sequence[x25519.Recipient],
) -> bytes:
    """Write the same file for `recipients` alone; give the header that it has now.

    Raises:
        BrokenSeal: the header is damaged, or not for this key.
        OSError: a file could not be read or written.

    """
    header = read(sealed)
    file_key = opened(header, _raw(str(identity)))
    nonce = sealed.read(NONCE)
    if len(nonce) < NONCE:
        raise BrokenSeal
    stanzas = tuple(_wrapped(file_key, _raw(str(one))) for one in recipients)
    lines = [VERSION, *(line for one in stanzas for line in one.lines()), b"---"]
    signed = b"\n".join(lines)
    made = AgeHeader(stanzas=stanzas, signed=signed, mac=_mac(file_key, signed)).raw
    target.write(made + nonce)
    shutil.copyfileobj(sealed, target, _BUFFER)
    return made


def opened(header: AgeHeader, secret: bytes) -> bytes:
    """Return the file key of a header that is authentic; `secret` is the 32 bytes of a key.

    Raises:
        BrokenSeal: none of its stanzas is for this key, or it was changed.

    """
    key = X25519PrivateKey.from_private_bytes(secret)
    found = [one for stanza in header.stanzas if (one := _unwrapped(stanza, key)) is not None]
    if not found or not hmac.compare_digest(_mac(found[0], header.signed), header.mac):
        raise BrokenSeal
    return found[0]


def _unwrapped(stanza: Stanza, key: X25519PrivateKey) -> bytes | None:
    """Return the file key if the stanza is for `key`. Raises BrokenSeal: it is malformed."""
    if stanza.words[0] != KIND:
        return None
    if len(stanza.words) != 2 or len(stanza.body) != KEY + 16:  # noqa: PLR2004 - name and share
        raise BrokenSeal
    share = bytes_of(stanza.words[1])
    try:
        wrapping = _wrapping(key, share, share + key.public_key().public_bytes_raw())
        return ChaCha20Poly1305(wrapping).decrypt(_ONCE, stanza.body, None)
    except InvalidTag:
        return None
    except ValueError as error:  # a share of another length, or of low order
        raise BrokenSeal from error


def _wrapped(file_key: bytes, recipient: bytes) -> Stanza:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    wrapping = _wrapping(ephemeral, recipient, share + recipient)
    body = ChaCha20Poly1305(wrapping).encrypt(_ONCE, file_key, None)
    return Stanza(words=(KIND, base64_of(share)), body=body)


def _wrapping(key: X25519PrivateKey, other: bytes, salt: bytes) -> bytes:
    shared = key.exchange(X25519PublicKey.from_public_bytes(other))
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=_LABEL).derive(shared)


def _mac(file_key: bytes, signed: bytes) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=b"", info=b"header").derive(file_key)
    return hmac.digest(key, signed, hashlib.sha256)


def _raw(key: str) -> bytes:
    """Return the 32 bytes of a key that is spelled in Bech32; the library has checked its sum."""
    letters = key.lower().rpartition("1")[2][:-_CHECKSUM]
    value = 0
    for letter in letters:
        value = value << 5 | LETTERS.index(letter)
    return (value >> len(letters) * 5 % 8).to_bytes(32, "big")
