"""The device's vault key: an age identity (X25519), made on first use, kept in the best place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyrage

from agentguard.base.errors import SecretError, VaultError
from agentguard.base.translations import load
from agentguard.ports.secrets import SecretPlace
from agentguard.trust.secret_store import FILE, Kept, Safe

if TYPE_CHECKING:
    from pyrage import x25519

KEY = "vault.key"


class VaultKey:
    """The key of the vault in `folder`; what was read from a better place is asked for once."""

    def __init__(self, folder: Path, places: tuple[SecretPlace, ...] = ()) -> None:
        self._folder = folder
        self._safe = Safe(folder / KEY, places, whole=_is_identity)
        self._known: Kept | None = None

    def identity(self, *, holds_files: bool) -> x25519.Identity:
        """Return the key; the caller holds the vault, so nobody else makes one.

        A new key is made only while the vault is empty: over one that is lost or damaged it would
        hide that the files can no longer be opened.

        Raises:
            VaultError: the key cannot be read, is damaged, its place is closed, or it is gone while
                the vault holds files.

        """
        if self._known is None or not self.settled:
            self._known = self._loaded(holds_files=holds_files)
        return pyrage.x25519.Identity.from_str(self._known.secret.decode("ascii").strip())

    @property
    def settled(self) -> bool:
        """Whether the key was read from a better place than a file, and may be kept in mind."""
        return self._known is not None and self._known.place != FILE

    def where(self) -> str:
        """Return the id of the place where the key should lie, empty when there is none.

        Raises:
            VaultError: what is known of it is damaged.

        """
        try:
            return self._safe.where()
        except SecretError as error:
            raise _refused(error) from error

    def settle(self) -> None:
        """Move the key to the best place that is open, if there is a key.

        Raises:
            VaultError: the key cannot be read.

        """
        if self.where():
            self.identity(holds_files=True)

    def sweep(self) -> None:
        """Remove keys that a crash left before they were ever used. Raises OSError."""
        for left in self._folder.glob(f".{KEY}.*"):
            left.unlink(missing_ok=True)

    def _loaded(self, *, holds_files: bool) -> Kept:
        words = load()
        try:
            kept = self._safe.load()
        except SecretError as error:
            if holds_files or error.reason != "gone":
                raise _refused(error) from error
            kept = None
        if kept is not None:
            return kept
        if holds_files:
            raise VaultError(words.say("vault.key-gone"), words.say("vault.key-advice"))
        try:
            return self._safe.save(f"{pyrage.x25519.Identity.generate()}\n".encode("ascii"))
        except SecretError as error:
            advice = words.say("vault.disk-advice")
            raise VaultError(words.say("vault.key-not-made"), advice) from error


def _is_identity(secret: bytes) -> bool:
    try:
        pyrage.x25519.Identity.from_str(secret.decode("ascii").strip())
    except (pyrage.IdentityError, UnicodeDecodeError):
        return False
    return True


def _refused(error: SecretError) -> VaultError:
    words = load()
    if error.passing or error.reason == "denied":
        place = words.say(f"secret.place.{error.place}")
        advice = words.say("vault.key-closed-advice")
        return VaultError(words.say("vault.key-closed", place=place), advice)
    kind = "vault.key-gone" if error.reason == "gone" else "vault.key-damaged"
    return VaultError(words.say(kind), words.say("vault.key-advice"))
