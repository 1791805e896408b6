"""Seals over the newest entries: signatures by keys that are gone once they were used.

Each commit ends with a seal: the signature of its last entry's hash, and of the public half of the
key that will sign the next one. The private half is then replaced by its SHA-256 hash, from which
it cannot be had again. So who takes this computer over later cannot write the entries anew that
the endpoint has not confirmed yet: the keys that sealed them are gone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

SEED_BYTES = 32
CHECKPOINT_ENTRIES = 256
CHECKPOINT_SECONDS = 300.0
"""The device signs a seal as well after so many entries, or so many seconds."""
_NEXT = b"agentguard journal seal, next key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal over all entries up to `seq`; `following` is the public key of the next seal.

    `device` is the device's own signature on a checkpoint, empty on any other seal.
    """

    epoch: int
    seq: int
    hash: bytes
    public: bytes
    following: bytes
    signature: bytes
    device: bytes = b""


def note(epoch: int, seq: int, digest: bytes, following: bytes) -> bytes:
    """Return the bytes that are signed: lines of text, as in C2SP's signed notes."""
    return f"agentguard-seal/1\n{epoch}\n{seq}\n{digest.hex()}\n{following.hex()}\n".encode()


def after(seed: bytes) -> bytes:
    """Return the seed that comes after `seed`; there is no way back."""
    return hashlib.sha256(_NEXT + seed).digest()
