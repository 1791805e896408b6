"""Seals the files of the vault anew when the organisation's recovery keys have changed.

Only the header is new, the file's bytes stay (`rewrap.py`). The new file is written beside the old
one, to disk, read back by the library to its end, and takes the old one's place in one step: killed
at any moment, one of them is there and whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from agentguard.base import atomic_files
from agentguard.base.errors import VaultError
from agentguard.base.translations import load
from agentguard.vault.sealed_file import BrokenSeal, Nothing, unseal
from agentguard.vault.sealed_files import NEW, AtStep, Shelf, why

if TYPE_CHECKING:
    from pyrage import x25519

    Recipients = Callable[[], tuple[x25519.Recipient, ...]]


class Renewal:
    """Gives the files of the shelf to who `recipients` gives, beside this desk, and to no other."""

    def __init__(self, shelf: Shelf, recipients: Recipients, at_step: AtStep) -> None:
        self._shelf = shelf
        self._recipients = recipients
        self._step = at_step

    def behind(self) -> tuple[str, ...]:
        """Return the files that are not sealed to the recovery keys of now; see `Vault.behind`."""
        wanted = {str(key) for key in self._recipients()}
        if not wanted:
            return ()
        with self._shelf.held():
            return tuple(
                item
                for item in self._shelf.ids()
                if (known := self._shelf.recovery_of(item)) is None or set(known) != wanted
            )

    def renew(self, item: str) -> bool:
        """Seal one file anew; see `Vault.renew`."""
        recovery = self._recipients()
        with self._shelf.held():
            if not recovery or item not in self._shelf.ids():
                return False
            try:
                self._renewed(item, recovery)
            except (OSError, BrokenSeal) as error:
                words = load()
                title = words.say("vault.not-renewed", item=item, why=why(error))
                raise VaultError(title, words.say("vault.not-renewed-advice")) from error
            self._shelf.renewed(item, [str(key) for key in recovery])
        return True

    def _renewed(self, item: str, recovery: tuple[x25519.Recipient, ...]) -> None:
        from agentguard.vault.rewrap import rewrap  # noqa: PLC0415 - costs memory, rarely needed

        identity, new = self._shelf.key(), self._shelf.temporary(item)
        was = self._shelf.header(item)
        new.unlink(missing_ok=True)
        try:
            with (
                self._shelf.sealed(item).open("rb") as old,
                os.fdopen(os.open(new, NEW, atomic_files.OWNER_ONLY), "w+b") as target,
            ):
                self._step("rewrap")
                rewrap(old, target, identity, (identity.to_public(), *recovery))
                target.flush()
                os.fsync(target.fileno())
                self._step("prove-new")
                target.seek(0)
                if unseal(target, Nothing(), identity) != was:
                    raise BrokenSeal
            self._step("replace")
            new.replace(self._shelf.sealed(item))
            atomic_files.sync_folder(new.parent)
        finally:
            new.unlink(missing_ok=True)
        self._step("renewed")
