"""Where the sealed files lie, and the journal's memory of the moves that are under way."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

from agentguard.base import atomic_files
from agentguard.base.errors import VaultError
from agentguard.base.translations import load
from agentguard.model.records import Json, Record
from agentguard.ports.clock import Clock
from agentguard.ports.secrets import SecretPlace
from agentguard.ports.storage import Journal
from agentguard.vault import age_header, lock
from agentguard.vault.file_names import written
from agentguard.vault.keys import VaultKey
from agentguard.vault.sealed_file import BrokenSeal, Header, Nothing, peek, unseal

if TYPE_CHECKING:
    from pyrage import x25519

ITEM = re.compile(r"[0-9a-f]{16}")
MEMORY = "vault.move."
SEALED_FOR = "sealed-for."
BACK = "vault.back."
MOST_BACK = 1000
"""Places of files that were brought back, of which so many are remembered."""
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

AtStep = Callable[[str], None]
"""Is told the name of each step of a move before it is taken."""


def no_step(_step: str) -> None:
    """Do nothing at a step."""


def why(error: Exception) -> str:
    """Return the reason of an error in short words, without a path."""
    if isinstance(error, BrokenSeal):
        return load().say("vault.not-proved")
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


class Stage(StrEnum):
    """How far a move has come; remembered in the journal until it is over."""

    SEALING = "sealing"  # the plain file is untouched
    TAKING = "taking"  # the sealed file is proved; the plain one may be aside or gone
    ARRIVING = "arriving"  # a restored file is being written
    LEAVING = "leaving"  # the sealed file is to be removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move under way: `path` is the plain file's, or that of the file being written."""

    item: str
    stage: Stage
    path: Path


class Shelf:
    """The folder of sealed files with its key and lock."""

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        clock: Clock,
        places: tuple[SecretPlace, ...] = (),
    ) -> None:
        self.folder = folder
        self.vault_key = VaultKey(folder, places)
        self._items = folder / "items"
        self._journal = journal
        self._clock = clock

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the vault alone.

        Raises:
            VaultError: the vault's folder cannot be used.

        """
        words = load()
        try:
            atomic_files.make_folder(self._items)
            hold = lock.held(self.folder)
            hold.__enter__()
        except OSError as error:
            title = words.say("vault.closed", why=why(error))
            raise VaultError(title, words.say("vault.disk-advice")) from error
        try:
            yield
        finally:
            hold.__exit__(None, None, None)

    def owns(self, path: Path) -> bool:
        """Check whether a file lies in the vault's own folder, by whatever way it is named."""
        own = os.path.realpath(self.folder)
        return f"{os.path.realpath(path.parent)}{os.sep}".startswith(f"{own}{os.sep}")

    def key(self) -> x25519.Identity:
        """Return the vault's key, made on first use. Raises VaultError."""
        return self.vault_key.identity(holds_files=bool(self.ids()))

    def ids(self) -> tuple[str, ...]:
        """Return the ids of the sealed files."""
        found = (path.stem for path in self._items.glob("*.age"))
        return tuple(sorted(id_ for id_ in found if ITEM.fullmatch(id_)))

    @staticmethod
    def new_id() -> str:
        """Return an id that is nobody's."""
        return secrets.token_hex(8)

    def sealed(self, item: str) -> Path:
        """Return the place of a sealed file."""
        return self._items / f"{item}.age"

    def temporary(self, item: str) -> Path:
        """Return the place of a file that is being sealed."""
        return self._items / f"{item}.tmp"

    def header(self, item: str) -> Header:
        """Read what a sealed file was. Raises BrokenSeal, OSError, VaultError."""
        with self.sealed(item).open("rb") as file:
            return peek(file, self.key())

    def proved(self, item: str) -> Header:
        """Read a sealed file to its end. Raises BrokenSeal, OSError, VaultError."""
        with self.sealed(item).open("rb") as file:
            return unseal(file, Nothing(), self.key())

    def is_proved(self, item: str) -> Header | None:
        """Return the header when the sealed file is whole, else None."""
        try:
            return self.proved(item)
        except (BrokenSeal, OSError, VaultError):
            return None

    def recovery_of(self, item: str) -> tuple[str, ...] | None:
        """Return the recovery keys that a file is sealed to, None when that is not known.

        A stanza does not tell whose it is, so that is remembered beside the header's hash: of a
        file that came back from a copy, or whose memory was lost, it is not known.
        """
        known = self._journal.memory(SEALED_FOR + item).get(SEALED_FOR + item)
        match known:
            case {"header": str(was), "recovery": list(keys)} if was and was == self._hash(item):
                return tuple(str(key) for key in keys)
            case _:
                return None

    def _hash(self, item: str) -> str:
        """Return the hash of a file's header; empty when it has none."""
        try:
            with self.sealed(item).open("rb") as file:
                return hashlib.sha256(age_header.read(file).raw).hexdigest()
        except (BrokenSeal, OSError):
            return ""

    def drop(self, item: str) -> None:
        """Remove a sealed file and its temporary one. Raises OSError."""
        self.temporary(item).unlink(missing_ok=True)
        self.sealed(item).unlink(missing_ok=True)
        atomic_files.sync_folder(self._items)

    def sweep(self) -> None:
        """Remove temporary files that no move knows of. Raises OSError."""
        self.vault_key.sweep()
        under_way = {move.item for move in self.moves()}
        for left in self._items.glob("*.tmp"):
            if left.stem not in under_way:
                left.unlink(missing_ok=True)

    def moves(self) -> tuple[Move, ...]:
        """Return the moves that are not over."""
        return tuple(
            Move(
                item=key.removeprefix(MEMORY),
                stage=Stage(str(value["stage"])),
                path=Path(os.fsdecode(unquote_to_bytes(str(value["path"])))),
            )
            for key, value in sorted(self._journal.memory(MEMORY).items())
            if isinstance(value, dict)
        )

    def write(self, kind: str, move: Move, **payload: Json) -> None:
        """Journal a step with the stage it leads to. Raises StoreError."""
        path = quote_from_bytes(os.fsencode(move.path))
        memory: Json = {"stage": move.stage.value, "path": path}
        self._journal.commit([self._record(kind, move, payload)], {MEMORY + move.item: memory})

    def end(self, kind: str, move: Move, **payload: Json) -> None:
        """Journal the last step of a move; an empty kind only forgets it. Raises StoreError."""
        records = [self._record(kind, move, payload)] if kind else []
        memory: dict[str, Json] = {MEMORY + move.item: None}
        if move.stage is Stage.LEAVING:
            memory[SEALED_FOR + move.item] = None
        self._journal.commit(records, memory)

    def put(self, move: Move, recovery: Sequence[str], **payload: Json) -> None:
        """Journal that a file is in the vault, and whom it is sealed to. Raises StoreError."""
        memory = {MEMORY + move.item: None, **self._sealed_for(move.item, recovery)}
        self._journal.commit([self._record("vault.put", move, payload)], memory)

    def renewed(self, item: str, recovery: Sequence[str]) -> None:
        """Journal that a file is sealed anew, and to whom. Raises StoreError."""
        said: dict[str, Json] = {"item": item, "count": len(recovery)}
        at = self._clock.now()
        done = Record(kind="vault.renewed", at=at, payload=said)
        self._journal.commit([done], self._sealed_for(item, recovery))

    def _sealed_for(self, item: str, recovery: Sequence[str]) -> dict[str, Json]:
        return {SEALED_FOR + item: {"header": self._hash(item), "recovery": list(recovery)}}

    def brought_back(self, path: Path) -> None:
        """Remember that a person brought a file back to this place. Raises StoreError."""
        known = self._journal.memory(BACK)
        too_many = max(0, len(known) + 1 - MOST_BACK)
        oldest = sorted(known, key=lambda key: _stamp(known[key]))[:too_many]
        forgotten: dict[str, Json] = dict.fromkeys(oldest)
        now: Json = self._clock.now().wall
        self._journal.commit([], {**forgotten, _place(path): now})

    def back_since(self, path: Path) -> float | None:
        """Return when a person brought a file back to this place (wall time); None if nobody."""
        key = _place(path)
        known = self._journal.memory(key).get(key)
        return _stamp(known) if known is not None else None

    def note(self, kind: str, **payload: Json) -> None:
        """Journal what is no step of a move. Raises StoreError."""
        self._journal.commit([Record(kind=kind, at=self._clock.now(), payload=payload)], {})

    def _record(self, kind: str, move: Move, payload: dict[str, Json]) -> Record:
        said: dict[str, Json] = {"item": move.item, "subject": written(move.path)}
        return Record(kind=kind, at=self._clock.now(), payload={**said, **payload})


def _place(path: Path) -> str:
    """Return the key of a place, which does not tell its name."""
    return BACK + hashlib.sha256(os.fsencode(path.absolute())).hexdigest()


def _stamp(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
