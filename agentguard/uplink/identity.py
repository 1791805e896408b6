"""The device's key: made here, kept here, on the disk before anybody hears of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard import durable, texts
from agentguard.errors import EnrolmentError

FILE = "device.key"
SEED_BYTES = 32


class KeyPlace(Protocol):
    """Where a seed of 32 bytes is kept; `name` is what is reported of it."""

    @property
    def name(self) -> str:
        """The place's id, such as `file`."""
        ...

    def load(self) -> bytes | None:
        """Give the seed, None when there is none yet; raises EnrolmentError."""
        ...

    def save(self, seed: bytes) -> None:
        """Keep the seed durably before returning; raises EnrolmentError."""
        ...


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file that only its owner can read."""

    path: Path
    name: str = "file"

    def load(self) -> bytes | None:
        """Give the seed, None when there is no file.

        Raises:
            EnrolmentError: the file is damaged or could not be read.

        """
        try:
            seed = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _refused("key-unwritten", self.path) from error
        if len(seed) != SEED_BYTES:
            raise _refused("key-damaged", self.path)
        return seed

    def save(self, seed: bytes) -> None:
        """Keep the seed: it is on the disk when this returns.

        Raises:
            EnrolmentError: it could not be written.

        """
        try:
            durable.write(self.path, seed)
        except OSError as error:
            raise _refused("key-unwritten", self.path) from error


def _refused(kind: str, file: Path) -> EnrolmentError:
    said = texts.load()
    return EnrolmentError(
        said.say(f"uplink.{kind}", file=str(file)), said.say(f"uplink-advice.{kind}")
    )


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """An Ed25519 key pair; the seed never leaves it and never shows in a repr."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> str:
        """The public key, base64."""
        public = self._private.public_key().public_bytes_raw()
        return base64.b64encode(public).decode()

    def sign(self, data: bytes) -> bytes:
        """Sign with Ed25519."""
        return self._private.sign(data)

    def pseudonym(self, text: str) -> str:
        """Give a keyed hash by which the endpoint can tell subjects apart, but not guess them."""
        key = hashlib.sha256(b"agentguard subject v1" + self.seed).digest()
        return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def load(place: KeyPlace) -> DeviceKey | None:
    """Give the key that is kept in `place`, None when there is none.

    Raises:
        EnrolmentError: the place is damaged or could not be read.

    """
    seed = place.load()
    return DeviceKey(seed) if seed is not None else None


def load_or_make(place: KeyPlace) -> DeviceKey:
    """Give the key that is kept in `place`; a new one is kept durably first.

    Raises:
        EnrolmentError: the place is damaged, or could not be read or written.

    """
    known = load(place)
    if known is not None:
        return known
    seed = secrets.token_bytes(SEED_BYTES)
    place.save(seed)
    return DeviceKey(seed)
