"""Keeps one secret in the best place that is open, and never loses it on the way there.

What is known of a secret beside the place: its plain file, and a note that names the place and the
secret's id. The rules, in this order:

1. A plain file that is whole is the secret: it was there before, or a move was cut.
2. Without one the note tells the place. A place that is closed, or that has lost the secret, is an
   error and never a reason to make another one.
3. With neither there is no secret yet.
4. Whatever was read moves to a better place that is open: it is written there and read back, then
   the note is written, and only then is it removed from where it was.

The id is a hash of the secret. So a move that was cut is simply done again, two processes that move
at once do the same, and what comes out of a place is known to be what went in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agentguard.base import atomic_files
from agentguard.base.errors import SecretError
from agentguard.ports.secrets import SecretPlace, Slot

FILE = "file"
"""The name of the plain file among the places."""

NOTE_ENDING = ".place"

AtStep = Callable[[str], None]
"""Is told the name of each step of a move before it is taken: the crash tests stop there."""


def _no_step(_step: str) -> None:
    """Do nothing at a step."""


class _Note(msgspec.Struct, frozen=True, kw_only=True):
    """What is written beside: `place` is the place's name, `id` that of the secret."""

    place: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A secret, and the name of the place where it lies."""

    secret: bytes
    place: str

    def __repr__(self) -> str:
        return f"Kept(place={self.place!r})"


class Safe:
    """Keeps one secret: in `file`, or better in one of `places`, of which the first is the best.

    `whole` tells a secret from a damaged one.
    """

    def __init__(
        self,
        file: Path,
        places: tuple[SecretPlace, ...] = (),
        *,
        whole: Callable[[bytes], bool] = bool,
        at_step: AtStep = _no_step,
    ) -> None:
        self.file = file
        self._places = places
        self._note_file = file.with_name(file.name + NOTE_ENDING)
        self._whole = whole
        self._at_step = at_step

    def where(self) -> str:
        """Return the name of the place where the secret should lie, without looking into it.

        Empty when there is no secret. Raises SecretError.
        """
        if self.file.exists():
            return FILE
        note = self._note()
        return note.place if note is not None else ""

    def load(self) -> Kept | None:
        """Return the secret, None when none was ever made; it moves to a better place on the way.

        Raises:
            SecretError: its place is closed, has lost it, or holds something else.

        """
        plain = self._plain()
        if plain is not None:
            return self._moved(Kept(secret=plain, place=FILE))
        note = self._note()
        if note is None:
            return None
        return self._moved(Kept(secret=self._fetched(note), place=note.place))

    def save(self, secret: bytes) -> Kept:
        """Keep a new secret in the best place that is open; the one before is given up.

        Raises:
            SecretError: it could not be kept anywhere.

        """
        kept = self._taken(secret, self._places)
        if kept is None:
            self._write_plain(secret)
            return Kept(secret=secret, place=FILE)
        try:
            self._point(kept)
            self.file.unlink(missing_ok=True)
        except OSError as error:
            raise SecretError("unwritten", FILE) from error
        return kept

    def _plain(self) -> bytes | None:
        """Return what the file holds; of a damaged one nothing, while there is a note."""
        try:
            secret = self.file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretError("unwritten", FILE) from error
        if self._whole(secret):
            return secret
        if self._note_file.exists():
            return None
        raise SecretError("damaged", FILE)

    def _note(self) -> _Note | None:
        try:
            return msgspec.json.decode(self._note_file.read_bytes(), type=_Note)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretError("unwritten", FILE) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SecretError("damaged", FILE) from error

    def _fetched(self, note: _Note) -> bytes:
        place = next((p for p in self._places if p.name == note.place), None)
        if place is None:
            raise SecretError("absent", note.place)
        secret = place.load(Slot(id=note.id, file=self.file), sure=True)
        if secret is None:
            raise SecretError("gone", note.place)
        if _id(secret) != note.id or not self._whole(secret):
            raise SecretError("damaged", note.place)
        return secret

    def _moved(self, kept: Kept) -> Kept:
        """Move to a better place that is open, if there is one."""
        names = [place.name for place in self._places]
        better = names.index(kept.place) if kept.place in names else len(names)
        moved = self._taken(kept.secret, self._places[:better])
        if moved is None:
            return kept
        try:
            self._point(moved)
            self._at_step("remove")
            self._remove(kept)
        except OSError:  # it is in both places, and the next start goes on
            return kept
        return moved

    def _taken(self, secret: bytes, places: Iterable[SecretPlace]) -> Kept | None:
        """Put it into the first place that takes it and gives it back."""
        slot = Slot(id=_id(secret), file=self.file)
        for place in places:
            with suppress(SecretError):
                if place.load(slot) != secret:
                    self._at_step("save")
                    place.save(slot, secret)
                self._at_step("read back")
                if place.load(slot) == secret:
                    return Kept(secret=secret, place=place.name)
        return None

    def _point(self, kept: Kept) -> None:
        """Write down where it is. Raises OSError."""
        self._at_step("note")
        note = _Note(place=kept.place, id=_id(kept.secret))
        atomic_files.write(self._note_file, msgspec.json.encode(note))

    def _remove(self, kept: Kept) -> None:
        """Take it away from where it was. Raises OSError."""
        if kept.place == FILE:
            self.file.unlink(missing_ok=True)
            atomic_files.sync_folder(self.file.parent)
            return
        for place in self._places:
            if place.name == kept.place:
                with suppress(SecretError):  # left there it is no danger to the new one
                    place.forget(Slot(id=_id(kept.secret), file=self.file))

    def _write_plain(self, secret: bytes) -> None:
        try:
            atomic_files.write(self.file, secret)
        except OSError as error:
            raise SecretError("unwritten", FILE) from error


def _id(secret: bytes) -> str:
    return hashlib.sha256(b"agentguard kept secret v1" + secret).hexdigest()[:32]
