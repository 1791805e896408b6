"""Moves one file into the vault.

The order, so that at any instant the plain file is whole or the sealed one is proved: intent in the
journal; sealed to a temporary file, to disk; renamed, folder to disk; read back; `taking` in
the journal; the plain file renamed aside; looked at once more, and for programs that could write to
it; a note in its place; removed; `vault.put` in the journal. `recovery.py` finishes or undoes what
a crash has left.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base import atomic_files, file_marks
from agentguard.base.errors import VaultError
from agentguard.base.translations import load
from agentguard.model.hits import Hit
from agentguard.model.records import Json
from agentguard.ports.clock import Clock
from agentguard.vault import file_names
from agentguard.vault.recovery import Ending, mend
from agentguard.vault.sealed_file import BrokenSeal, Header, seal
from agentguard.vault.sealed_files import NEW, AtStep, Move, Shelf, Stage, why
from agentguard.vault.source import Source, is_written, opened, refusal

if TYPE_CHECKING:
    from pyrage import x25519


class Inbound:
    """Puts files on the shelf; who `recipients` gives can open them beside the device's key."""

    def __init__(
        self,
        shelf: Shelf,
        clock: Clock,
        recipients: Callable[[], tuple[x25519.Recipient, ...]],
        at_step: AtStep,
        *,
        notes: bool,
    ) -> None:
        self._shelf = shelf
        self._clock = clock
        self._recovery = recipients
        self._step = at_step
        self._notes = notes

    def put(self, path: Path, hits: tuple[Hit, ...], mark: str = "") -> Header:
        """Move a file into the vault; see `Vault.put`."""
        path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link
        move = Move(item=self._shelf.new_id(), stage=Stage.SEALING, path=path)
        recovery = self._recovery()
        with self._shelf.held():
            with opened(path) as source:
                if self._shelf.owns(path):
                    raise refusal("own", file_names.name_of(path))
                if mark and file_marks.mark_of(source.stat) != mark:
                    raise refusal("changed", file_names.name_of(path))
                if is_written(source.file.fileno()):
                    raise refusal("open", file_names.name_of(path))
                head = self._header(source, move.item, hits)
                self._shelf.write("vault.intent", move)
                failed = self._try_sealing(source, head, recovery)
            if failed is None:
                move = Move(item=move.item, stage=Stage.TAKING, path=path)
                failed = self._try_taking(source, head, move, [str(key) for key in recovery])
            if failed is not None:
                self._mend(move, failed)
        return head

    def _header(self, source: Source, item: str, hits: tuple[Hit, ...]) -> Header:
        try:
            sha256 = source.digest()
        except OSError as error:
            raise refusal("unreadable", file_names.name_of(source.path)) from error
        return Header(
            item=item,
            path=str(source.path),
            mode=source.stat.st_mode & 0o777,
            mtime_ns=source.stat.st_mtime_ns,
            size=source.stat.st_size,
            sha256=sha256,
            put=self._clock.now(),
            hits=hits,
        )

    def _try_sealing(
        self, source: Source, head: Header, recovery: tuple[x25519.Recipient, ...]
    ) -> Exception | None:
        """Seal, prove and name the copy; give what went wrong."""
        sealing = self._shelf.temporary(head.item)
        try:
            self._step("seal")
            with os.fdopen(os.open(sealing, NEW, atomic_files.OWNER_ONLY), "w+b") as target:
                keys = [self._shelf.key().to_public(), *recovery]
                seal(head, source.file, target, keys)
                target.flush()
                os.fsync(target.fileno())
            self._step("read-back")
            if not source.same(os.fstat(source.file.fileno())):
                return refusal("changed", file_names.name_of(source.path))
            sealing.rename(self._shelf.sealed(head.item))
            atomic_files.sync_folder(sealing.parent)
            self._step("prove")
            self._shelf.proved(head.item)
        except BrokenSeal as error:
            return _why_unproved(source, head, error)
        except (OSError, VaultError) as error:
            return error
        return None

    def _try_taking(
        self, source: Source, head: Header, move: Move, recovery: list[str]
    ) -> Exception | None:
        """Take the plain file away; give what went wrong."""
        leaving = file_names.aside(move.path, head.item)
        self._shelf.write("vault.taking", move)
        try:
            self._step("aside")
            move.path.rename(leaving)
            atomic_files.sync_folder(leaving.parent)
            self._step("look-again")
            with opened(leaving) as again:
                if not source.same(again.stat) or again.digest() != head.sha256:
                    return refusal("changed", file_names.name_of(move.path))
                # No new writer finds it under this name; one of before would lose what it writes.
                if is_written(again.file.fileno()):
                    return refusal("open", file_names.name_of(move.path))
            self._step("note")
            if self._notes:
                file_names.leave_note(move.path, head.item)
            self._step("remove")
            leaving.unlink()
            atomic_files.sync_folder(leaving.parent)
        except (OSError, VaultError) as error:
            return error
        self._step("done")
        counts: list[Json] = [{"kind": hit.kind, "count": hit.count} for hit in head.hits]
        self._shelf.put(move, recovery, size=head.size, hits=counts)
        return None

    def _mend(self, move: Move, failed: Exception) -> None:
        """Undo or finish what failed; say so, unless the file is in the vault after all."""
        words = load()
        name = file_names.name_of(move.path)
        try:
            ending, path = mend(self._shelf, move)
        except OSError as error:
            raise _not_put(name, error) from error
        if ending is Ending.SEALED:
            return
        if path != move.path:
            title = words.say("vault.changed-back", name=name, now=file_names.name_of(path))
            raise VaultError(title) from failed
        if isinstance(failed, VaultError):
            raise failed
        raise _not_put(name, failed) from failed


def _why_unproved(source: Source, head: Header, error: BrokenSeal) -> Exception:
    """Blame the file where it is not what it was when it was looked at, though its time says so."""
    try:
        same = source.digest() == head.sha256
    except OSError:
        return error
    return error if same else refusal("changed", file_names.name_of(source.path))


def _not_put(name: str, error: Exception) -> VaultError:
    words = load()
    title = words.say("vault.not-put", name=name, why=why(error))
    return VaultError(title, words.say("vault.not-put-advice"))
