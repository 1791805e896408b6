"""The vault: files with personal data, each in an encrypted copy, and back again.

It is tested by sealing a made-up text in its folder and opening it again.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyrage

from agentguard.base import atomic_files
from agentguard.base.errors import SecretError, StoreError, VaultError
from agentguard.base.translations import load
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.model.vault import VaultItem
from agentguard.ports.clock import Clock
from agentguard.ports.secrets import SecretPlace
from agentguard.ports.storage import Journal
from agentguard.vault.inbound import Inbound
from agentguard.vault.outbound import UNASKED, Outbound, Reason
from agentguard.vault.recovery import mend
from agentguard.vault.renewal import Renewal
from agentguard.vault.sealed_file import BrokenSeal, Header, Nothing, seal, unseal
from agentguard.vault.sealed_files import NEW, AtStep, Move, Shelf, no_step, why

if TYPE_CHECKING:
    from pyrage import x25519

LOG = logging.getLogger(__name__)
LENGTH = 100_000
"""Bytes: more than one chunk of the format."""


class Vault:
    """The vault in `folder`. Every method may be slow and may be called from any thread.

    `recovery_keys` gives the age recipients of the organisation, which can open every file as well;
    what was put under other keys is sealed anew by `renew`.
    `places` are where its key may be kept, best first; a file of its own folder comes last.
    `at_step` is told the name of each step before it is taken: the crash tests stop there.
    """

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        clock: Clock,
        *,
        notes: bool = True,
        recovery_keys: Callable[[], tuple[str, ...]] = tuple,
        places: tuple[SecretPlace, ...] = (),
        at_step: AtStep = no_step,
    ) -> None:
        self._shelf = Shelf(folder, journal, clock, places)
        self._clock = clock

        def recipients() -> tuple[x25519.Recipient, ...]:
            return tuple(_recipient(key) for key in recovery_keys())

        self._recipients = recipients
        self._inbound = Inbound(self._shelf, clock, recipients, at_step, notes=notes)
        self._outbound = Outbound(self._shelf, at_step)
        self._renewal = Renewal(self._shelf, recipients, at_step)

    def put(self, path: Path, hits: tuple[Hit, ...] = (), mark: str = "") -> VaultItem:
        """Move a file into the vault; with a `mark`, only the file that has it.

        Raises:
            VaultError: the file is in its folder, unless the words say another name.
            StoreError: the journal cannot be written; `recover` sees to the rest.

        """
        return _item(self._inbound.put(path, hits, mark))

    def items(self) -> tuple[VaultItem, ...]:
        """List the vault, oldest first; a damaged file is listed without a path.

        Raises:
            VaultError: the vault or its key cannot be read.

        """
        with self._shelf.held():
            found = [self._listed(item) for item in self._shelf.ids()]
        return tuple(sorted(found, key=lambda item: (item.put.wall, item.id)))

    def _listed(self, item: str) -> VaultItem:
        try:
            return _item(self._shelf.header(item))
        except (BrokenSeal, OSError):
            return VaultItem(id=item, path="", size=0, put=Moment(boot=0.0, wall=0.0))

    def back_since(self, path: Path) -> float | None:
        """Return when a person brought a file back to this place (wall time); None if nobody."""
        return self._shelf.back_since(path)

    def restore(self, item: str, target: Path | None = None, why: Reason = UNASKED) -> Path:
        """Put a file back, by default where it was; never over another file.

        `target` is a folder, or the wanted path. `why` stands in the journal. Gives the path that
        the file has now.

        Raises:
            VaultError: the file is still in the vault.
            StoreError: the journal cannot be written; `recover` sees to the rest.

        """
        return self._outbound.restore(item, target, why)

    def purge(self, item: str, reason: str, factor: str = "") -> None:
        """Remove a file from the vault for good, with a proof in the journal.

        `reason` is a word such as `retention`, `factor` what a person proved presence by.

        Raises:
            VaultError: there is no such file or reason, or it could not be removed.
            StoreError: the journal cannot be written; nothing was removed.

        """
        self._outbound.purge(item, Reason(word=reason, factor=factor))

    def behind(self) -> tuple[str, ...]:
        """Return the ids of files that are not known to be sealed to the recovery keys of now.

        None are, as long as there is no recovery key.

        Raises:
            VaultError: the vault cannot be used, or a recovery key is none.

        """
        return self._renewal.behind()

    def renew(self, item: str) -> bool:
        """Seal a file to the recovery keys of now and to no others; tell whether it was done.

        Raises:
            VaultError: it has the keys it had.
            StoreError: the journal cannot be written; it is done again at the next look.

        """
        return self._renewal.renew(item)

    def note(self, kind: str, *, count: int, left: int = 0) -> None:
        """Journal how far the vault is with many files. Raises StoreError."""
        self._shelf.note(kind, count=count, left=left)

    def works(self) -> bool | None:
        """Return whether a made-up text can be sealed and opened.

        None while its key is locked away.

        Raises:
            VaultError: the vault or its key cannot be read, or a recovery key is none.
            OSError: nothing can be written there.

        """
        return works(self._shelf, self._clock.now(), self._recipients())

    def recover(self) -> int:
        """Finish or undo what a crash has left; call it at the start. Give how many moves ended.

        It never raises: what cannot be mended now is left for the next start, no file is lost.
        """
        try:
            with self._shelf.held():
                ended = sum(self._mended(move) for move in self._shelf.moves())
                self._shelf.sweep()
        except (OSError, VaultError, StoreError) as error:
            LOG.warning("the vault could not be looked through: %s", why(error))
            return 0
        return ended

    def settle_key(self) -> str:
        """Move the key to the best place that is open; give that place's id, empty without a key.

        Raises:
            VaultError: the key or the vault cannot be read.

        """
        key = self._shelf.vault_key
        if key.where() and not key.settled:
            with self._shelf.held():
                key.settle()
        return key.where()

    def _mended(self, move: Move) -> bool:
        try:
            mend(self._shelf, move)
        except (OSError, VaultError, StoreError) as error:
            LOG.warning("move %s of the vault waits for the next start: %s", move.item, why(error))
            return False
        return True


def _item(head: Header) -> VaultItem:
    return VaultItem(id=head.item, path=head.path, size=head.size, put=head.put, hits=head.hits)


def _recipient(key: str) -> x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise VaultError(load().say("vault.bad-recovery-key")) from error


def works(shelf: Shelf, at: Moment, recovery: tuple[x25519.Recipient, ...]) -> bool | None:
    """Return whether it does; None while its key lies in a place that is locked.

    Raises:
        VaultError: the vault or its key cannot be read.
        OSError: nothing can be written there.

    """
    with shelf.held():
        try:
            key = _key(shelf)
        except VaultError as error:
            if isinstance(error.__cause__, SecretError) and error.__cause__.passing:
                return None
            raise
        item = shelf.new_id()
        text = secrets.token_bytes(LENGTH)
        head = Header(
            item=item,
            path="",
            mode=atomic_files.OWNER_ONLY,
            mtime_ns=0,
            size=LENGTH,
            sha256=hashlib.sha256(text).hexdigest(),
            put=at,
            hits=(),
        )
        return _comes_back(head, text, shelf.temporary(item), (key, recovery))


def _key(shelf: Shelf) -> x25519.Identity:
    """Return the vault's key; one for the moment where nothing was ever put."""
    return shelf.key() if shelf.vault_key.where() else pyrage.x25519.Identity.generate()


def _comes_back(
    head: Header,
    text: bytes,
    place: Path,
    keys: tuple[x25519.Identity, tuple[x25519.Recipient, ...]],
) -> bool:
    """Seal it to disk and read it back; a probe that a crash leaves is swept at the next start."""
    own, recovery = keys
    try:
        with os.fdopen(os.open(place, NEW, atomic_files.OWNER_ONLY), "w+b") as file:
            seal(head, io.BytesIO(text), file, [own.to_public(), *recovery])
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            return unseal(file, Nothing(), own) == head
    except BrokenSeal:
        return False
    finally:
        place.unlink(missing_ok=True)
