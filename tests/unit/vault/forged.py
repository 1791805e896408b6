"""Makes age files by hand, each breaking one rule of the format (https://c2sp.org/age), or none.

It shares no code with the vault: what it makes is judged by the `age` program as well.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pyrage import x25519

VERSION = b"age-encryption.org/v1"
FILE_KEY = bytes(range(16))
NONCE = bytes(range(100, 116))
CHUNK = 64 * 1024
COLUMNS = 64
OWN, SECOND, NOBODY = (x25519.Identity.generate() for _ in range(3))
ANY = X25519PrivateKey.generate()
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

GOOD, NOT_FOR_IT, BAD_HEADER, BAD_PAYLOAD = "opens", "not for the key", "header", "payload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forged:
    """An age file, and what is to be said of it."""

    expect: str
    sealed: bytes
    plain: bytes = b""


def raw(spelled: str) -> bytes:
    """Give the 32 bytes of a key in Bech32 (BIP 173)."""
    letters = spelled.lower()[spelled.rindex("1") + 1 : -6]
    bits = "".join(f"{_LETTERS.index(letter):05b}" for letter in letters)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, 256, 8))


def spelled(data: bytes) -> bytes:
    """Spell in base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")


def crooked(data: bytes) -> bytes:
    """Spell with a stray bit after the last byte: the same bytes to a lax reader."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    right = spelled(data)
    return right[:-1] + letters[letters.index(right[-1:]) + 1 :][:1]


def derived(key: bytes, salt: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=label).derive(key)


def lines(body: bytes) -> bytes:
    """Spell a body in lines of 64 letters, of which the last one is shorter, perhaps empty."""
    text = spelled(body)
    cut = [text[i : i + COLUMNS] for i in range(0, len(text) + 1, COLUMNS)]
    return b"\n".join(cut) + b"\n"


def stanza(head: bytes, body: bytes) -> bytes:
    return b"-> " + head + b"\n" + lines(body)


def wrapped(to: x25519.Identity, key: bytes = FILE_KEY) -> tuple[bytes, bytes]:
    """Give the share and the wrapped key for a recipient."""
    other, share = raw(str(to.to_public())), ANY.public_key().public_bytes_raw()
    shared = ANY.exchange(X25519PublicKey.from_public_bytes(other))
    wrapping = derived(shared, share + other, VERSION + b"/X25519")
    return share, ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None)


def recipient(to: x25519.Identity = OWN) -> bytes:
    share, body = wrapped(to)
    return stanza(b"X25519 " + spelled(share), body)


def passphrase(work: int = 10) -> bytes:
    salt = bytes(16)
    kdf = Scrypt(salt=VERSION + b"/scrypt" + salt, length=32, n=2**work, r=8, p=1)
    body = ChaCha20Poly1305(kdf.derive(b"made-up")).encrypt(bytes(12), FILE_KEY, None)
    return stanza(b"scrypt " + spelled(salt) + b" %d" % work, body)


def mac_of(signed: bytes) -> bytes:
    return hmac.digest(derived(FILE_KEY, b"", b"header"), signed, hashlib.sha256)


def header(*stanzas: bytes, version: bytes = VERSION) -> bytes:
    signed = version + b"\n" + b"".join(stanzas) + b"---"
    return signed + b" " + spelled(mac_of(signed)) + b"\n"


def chunks(sizes: Sequence[int], *, last: int = -1) -> Iterator[bytes]:
    """Seal chunks of these sizes; that at `last` is marked as the last one."""
    stream = ChaCha20Poly1305(derived(FILE_KEY, NONCE, b"payload"))
    final = range(len(sizes))[last] if sizes else 0
    for at, size in enumerate(sizes):
        nonce = at.to_bytes(11, "big") + bytes([at == final])
        yield stream.encrypt(nonce, text(at, size), None)


def text(at: int, size: int) -> bytes:
    return bytes([ord("a") + at]) * size


def payload(*sizes: int) -> bytes:
    return NONCE + b"".join(chunks(sizes))


def whole(*sizes: int) -> Forged:
    """Give a good file of chunks of these sizes."""
    plain = b"".join(text(at, size) for at, size in enumerate(sizes))
    return Forged(expect=GOOD, sealed=header(recipient()) + payload(*sizes), plain=plain)


def headed(expect: str, *stanzas: bytes) -> Forged:
    """Give a file with such a header; what is sealed is the same."""
    return Forged(expect=expect, sealed=header(*stanzas) + payload(5), plain=text(0, 5))


def changed(how: Callable[[bytes], bytes], *stanzas: bytes) -> Forged:
    """Give a file whose header was changed after it was signed."""
    made = header(*(stanzas or (recipient(),)))
    return Forged(expect=BAD_HEADER, sealed=how(made) + payload(5))


def signed(how: Callable[[bytes], bytes]) -> Forged:
    """Give a file whose last line of the header was changed."""

    def last(made: bytes) -> bytes:
        before, mark, mac = made.rpartition(b"--- ")
        return before + how(mark + mac)

    return changed(last)


def streamed(after: bytes) -> Forged:
    """Give a file with such a payload behind a good header."""
    return Forged(expect=BAD_PAYLOAD, sealed=header(recipient()) + after)
