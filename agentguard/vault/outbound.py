"""Gives a file of the vault back, or removes it for good."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.base.errors import VaultError
from agentguard.base.translations import load
from agentguard.model.records import Json
from agentguard.trust.removal_proof import proof
from agentguard.vault import file_names
from agentguard.vault.recovery import mend
from agentguard.vault.sealed_file import BrokenSeal, Header, unseal
from agentguard.vault.sealed_files import ITEM, NEW, AtStep, Move, Shelf, Stage, why

REASON = re.compile(r"[a-z]{1,30}(-[a-z]{1,30}){0,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a file leaves the vault: one word, and the factor that presence was proved by."""

    word: str = "asked"
    factor: str = ""

    def json(self) -> dict[str, Json]:
        """Return it as the fields of a record."""
        return {"reason": self.word, "factor": self.factor}


UNASKED = Reason()
"""A person asked, and nothing was proved."""


class Outbound:
    """Takes files off the shelf."""

    def __init__(self, shelf: Shelf, at_step: AtStep) -> None:
        self._shelf = shelf
        self._step = at_step

    def restore(self, item: str, target: Path | None, reason: Reason) -> Path:
        """Put a file back; see `Vault.restore`."""
        words = load()
        _must_be_word(reason.word)
        with self._shelf.held():
            self._known(item)
            try:
                head = self._shelf.header(item)
                placed = self._write_back(head, _wanted(head, target), reason)
            except BrokenSeal as error:
                title = words.say("vault.damaged", item=item)
                raise VaultError(title, words.say("vault.damaged-advice")) from error
            except OSError as error:
                title = words.say("vault.not-restored", item=item, why=why(error))
                raise VaultError(title, words.say("vault.not-restored-advice")) from error
        return placed

    def _write_back(self, head: Header, wanted: Path, reason: Reason) -> Path:
        arriving = file_names.arriving(wanted, head.item)
        atomic_files.make_folder(wanted.parent)
        move = Move(item=head.item, stage=Stage.ARRIVING, path=arriving)
        self._shelf.write("vault.restoring", move, **reason.json())
        try:
            self._unsealed(head, arriving)
            self._shelf.brought_back(wanted)  # before anybody can find it there
            self._step("settle")
            placed = file_names.settle(arriving, wanted)
            if placed != wanted:
                self._shelf.brought_back(placed)
        except (OSError, BrokenSeal, VaultError):
            mend(self._shelf, move)
            raise
        self._step("restored")
        leaving = Move(item=head.item, stage=Stage.LEAVING, path=placed)
        self._leave("vault.restored", leaving, reason.json())
        file_names.take_note_away(Path(head.path), head.item)
        return placed

    def _unsealed(self, head: Header, arriving: Path) -> None:
        self._step("unseal")
        arriving.unlink(missing_ok=True)
        with (
            self._shelf.sealed(head.item).open("rb") as sealed,
            os.fdopen(os.open(arriving, NEW, atomic_files.OWNER_ONLY), "wb") as file,
        ):
            unseal(sealed, file, self._shelf.key())
            file.flush()
            os.fsync(file.fileno())
        arriving.chmod(head.mode)
        os.utime(arriving, ns=(head.mtime_ns, head.mtime_ns))

    def purge(self, item: str, reason: Reason) -> None:
        """Remove a file; see `Vault.purge`."""
        words = load()
        _must_be_word(reason.word)
        with self._shelf.held():
            self._known(item)
            path, proved = self._was(item)
            move = Move(item=item, stage=Stage.LEAVING, path=path)
            try:
                self._leave("vault.purged", move, {**reason.json(), **proved})
            except OSError as error:
                title = words.say("vault.not-purged", item=item, why=why(error))
                raise VaultError(title, words.say("vault.disk-advice")) from error

    def _leave(self, kind: str, move: Move, payload: dict[str, Json]) -> None:
        self._shelf.write(kind, move, **payload)
        self._step("drop")
        self._shelf.drop(move.item)
        self._step("forget")
        self._shelf.end("", move)

    def _was(self, item: str) -> tuple[Path, dict[str, Json]]:
        """Return the path that an item had, and the proof of what it held; nothing of a damaged."""
        try:
            head = self._shelf.header(item)
        except (BrokenSeal, OSError, VaultError):
            return Path(), {}
        return Path(head.path), {"size": head.size, **proof(head.sha256)}

    def _known(self, item: str) -> None:
        words = load()
        if not ITEM.fullmatch(item) or item not in self._shelf.ids():
            title = words.say("vault.no-item", item=item[:60])
            raise VaultError(title, words.say("vault.no-item-advice"))


def _must_be_word(reason: str) -> None:
    if not REASON.fullmatch(reason):
        words = load()
        title = words.say("vault.bad-reason", reason=reason[:60])
        raise VaultError(title, words.say("vault.bad-reason-advice"))


def _wanted(head: Header, target: Path | None) -> Path:
    was = Path(head.path)
    if target is None:
        return was
    target = target.absolute()
    return target / was.name if target.is_dir() else target
