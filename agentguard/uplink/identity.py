"""The device's key: made here, kept here, on the disk before anybody hears of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from agentguard.base import translations
from agentguard.base.errors import EnrolmentError, SecretError
from agentguard.ports.secrets import SecretPlace
from agentguard.trust.curves import SigningKey
from agentguard.trust.secret_store import FILE as FILE_PLACE
from agentguard.trust.secret_store import NOTE_ENDING, Safe
from agentguard.wire import fingerprint

FILE = "device.key"
"""The first key: it signs checkpoints of the journal and hides subjects, and requests at first."""
ROTATED = "request.key"
"""The key that signs requests after the first one was replaced."""
NEXT = "next.key"
"""A key that the endpoint is asked to take; kept before it is asked."""
SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """An Ed25519 key pair; the seed never leaves it and never shows in a repr.

    `place` is the id of the place where it is kept.
    """

    seed: bytes = field(repr=False)
    place: str = FILE_PLACE

    @property
    def public(self) -> str:
        """The public key, base64."""
        return base64.b64encode(self._private.public).decode()

    @property
    def words(self) -> str:
        """The six words by which people tell whether it is this key."""
        return fingerprint.words_of(self.public)

    def sign(self, data: bytes) -> bytes:
        """Sign with Ed25519."""
        return self._private.sign(data)

    def pseudonym(self, text: str) -> str:
        """Return a keyed hash by which the endpoint can tell subjects apart, but not guess them."""
        key = hashlib.sha256(b"agentguard subject v1" + self.seed).digest()
        return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]

    @property
    def _private(self) -> SigningKey:
        return SigningKey.of(self.seed)


class KeySafe:
    """Keeps a seed of 32 bytes: in `file`, or better in one of `places`."""

    def __init__(self, file: Path, places: tuple[SecretPlace, ...] = ()) -> None:
        self._file = file
        self._safe = Safe(file, places, whole=lambda seed: len(seed) == SEED_BYTES)

    def where(self) -> str:
        """Return the id of the place where the key should lie, empty when none was ever made.

        Raises:
            EnrolmentError: what is known of it is damaged.

        """
        try:
            return self._safe.where()
        except SecretError as error:
            raise self._refused(error) from error

    def load(self) -> DeviceKey | None:
        """Return the key, None when none was ever made.

        Raises:
            EnrolmentError: it is damaged or lost, or its place is closed.

        """
        try:
            kept = self._safe.load()
        except SecretError as error:
            raise self._refused(error) from error
        return DeviceKey(kept.secret, kept.place) if kept is not None else None

    def make(self) -> DeviceKey:
        """Make a key and keep it durably, in place of whatever was there.

        Raises:
            EnrolmentError: it could not be written.

        """
        return self.keep(secrets.token_bytes(SEED_BYTES))

    def keep(self, seed: bytes) -> DeviceKey:
        """Keep a key durably, in place of whatever was there.

        Raises:
            EnrolmentError: it could not be written.

        """
        try:
            kept = self._safe.save(seed)
        except SecretError as error:
            raise self._refused(error) from error
        return DeviceKey(kept.secret, kept.place)

    def forget(self) -> None:
        """Let go of the key; what a keyring still holds of it is known to nobody.

        Raises:
            EnrolmentError: it could not be removed.

        """
        try:
            for file in (self._file, self._file.with_name(self._file.name + NOTE_ENDING)):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(SecretError("unwritten", FILE_PLACE)) from error

    def load_or_make(self) -> DeviceKey:
        """Return the key; a new one is kept durably first.

        Raises:
            EnrolmentError: it is damaged or lost, its place is closed, or it could not be written.

        """
        return self.load() or self.make()

    def _refused(self, error: SecretError) -> EnrolmentError:
        said, kind = translations.load(), f"key-{error.reason}"
        params = {"file": str(self._file), "place": said.say(f"secret.place.{error.place}")}
        return EnrolmentError(
            said.say(f"uplink.{kind}", **params), said.say(f"uplink-advice.{kind}"), kind=kind
        )
