"""The device's vault key: an age identity (X25519), made on first use, readable by the owner."""

from __future__ import annotations

from pathlib import Path

from pyrage import IdentityError, x25519

from agentguard import durable
from agentguard.errors import VaultError
from agentguard.texts import load

KEY = "vault.key"


def identity(folder: Path, *, holds_files: bool) -> x25519.Identity:
    """Give the key of the vault in `folder`.

    A new key is made only while the vault is empty: over one that is lost or damaged it would
    hide that the files can no longer be opened.

    Raises:
        VaultError: the key cannot be read, is damaged, or is gone while the vault holds files.

    """
    words = load()
    try:
        text = (folder / KEY).read_text(encoding="ascii")
    except FileNotFoundError:
        if holds_files:
            raise VaultError(words.say("vault.key-gone"), words.say("vault.key-advice")) from None
        return _made(folder)
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError(words.say("vault.key-damaged"), words.say("vault.key-advice")) from error
    return _read(text)


def sweep(folder: Path) -> None:
    """Remove keys that a crash left before they were ever used. Raises OSError."""
    for left in folder.glob(f".{KEY}.*"):
        left.unlink(missing_ok=True)


def _read(text: str) -> x25519.Identity:
    words = load()
    try:
        return x25519.Identity.from_str(text.strip())
    except IdentityError as error:
        raise VaultError(words.say("vault.key-damaged"), words.say("vault.key-advice")) from error


def _made(folder: Path) -> x25519.Identity:
    """Make a key; the caller holds the vault, so nobody else makes one."""
    words = load()
    new = x25519.Identity.generate()
    try:
        durable.write(folder / KEY, f"{new}\n".encode("ascii"))
    except OSError as error:
        raise VaultError(words.say("vault.key-not-made"), words.say("vault.disk-advice")) from error
    return new
