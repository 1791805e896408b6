"""Packs that were ordered at the console: each has a folder, and is made when its turn comes.

The folder holds the order (`order.json`), how far it is (`state.json`) and the pack (`pack/`).
Whoever makes it makes `claim` first; one whose maker has not been heard of for a while is made by
another. Several processes share the shelf by sharing the endpoint's folder.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from agentguard.base import atomic_files, translations
from agentguard.base.errors import AgentGuardError
from agentguard.server.evidence import making
from agentguard.server.evidence.base import Cancelled, NothingThere, Order
from agentguard.server.evidence.making import Maker, Watch
from agentguard.trust.evidence.manifest import Scope

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
KEPT = 30 * 86400.0
"""Seconds for which an order and its pack are kept."""
LOST = 600.0
"""Seconds without a word from whoever makes a pack, until another one begins it anew."""
MOST = 20
"""Orders that may wait or be made at once."""
FOLDER = "evidence"
"""The shelf in the endpoint's folder."""
PACK = "pack"
_ORDER, _STATE, _CLAIM, _CANCEL = "order.json", "state.json", "claim", "cancel"
_TELL_EVERY = 1.0


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How far an order is; `problem` is of `evidence.order`, or what is told to a person."""

    state: str = WAITING
    part: str = ""
    done: int = 0
    whole: int = 0
    at: float = 0.0
    problem: str = ""
    files: int = 0
    bytes: int = 0
    desks: int = 0


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it lies there; `language` is that of who ordered it, empty for the endpoint's."""

    scope: Scope
    since: int
    until: int
    by: str
    at: float
    people: bool = False
    language: str = ""

    @property
    def order(self) -> Order:
        """What pack is wanted."""
        return Order(
            scope=self.scope, since=self.since, until=self.until, by=self.by, people=self.people
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An order with how far it is; `folder` is that of the order."""

    id: str
    wish: Wish
    stand: Stand
    folder: Path

    @property
    def pack(self) -> Path:
        """The folder of the pack."""
        return self.folder / PACK


class ShelfFull(Exception):
    """Too many orders wait already."""


class Shelf:
    """The orders of one endpoint; `now` gives the wall time."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self._folder = folder
        self._now = now

    def order(self, wanted: Order, language: str = "") -> str:
        """Put an order on the shelf, for a pack in a language, and return its id.

        Raises:
            ShelfFull: too many wait.
            OSError: it could not be written.

        """
        every = self.list()
        if sum(one.stand.state in {WAITING, RUNNING} for one in every) >= MOST:
            raise ShelfFull
        now = self._now()
        id_ = f"{int(now):011}-{len(every):03}-{secrets.token_hex(4)}"
        wish = Wish(
            scope=wanted.scope, since=wanted.since, until=wanted.until, by=wanted.by, at=now,
            people=wanted.people, language=language,
        )  # fmt: skip
        folder = self._folder / id_
        atomic_files.make_folder(folder)
        atomic_files.write(folder / _ORDER, msgspec.json.encode(wish))
        self._tell(folder, Stand(at=now))
        return id_

    def list(self) -> list[Listed]:
        """Return all orders, the newest first."""
        if not self._folder.is_dir():
            return []
        names = sorted((one.name for one in self._folder.iterdir()), reverse=True)
        return [one for name in names if (one := self.find(name)) is not None]

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """Return what is another one as soon as an order comes, goes or gets on."""
        states = sorted(self._folder.glob(f"*/{_STATE}"))
        found: list[tuple[str, int]] = []
        for one in states:
            with suppress(OSError):  # taken away meanwhile
                found.append((one.parent.name, one.stat().st_mtime_ns))
        return tuple(found)

    def find(self, id_: str) -> Listed | None:
        """Return an order; None when there is none, or it is not whole."""
        if not id_.replace("-", "").isalnum() or not id_.isascii():
            return None
        folder = self._folder / id_
        try:
            wish = msgspec.json.decode(atomic_files.read(folder / _ORDER), type=Wish)
            stand = msgspec.json.decode(atomic_files.read(folder / _STATE), type=Stand)
        except (OSError, msgspec.MsgspecError):
            return None
        return Listed(id=id_, wish=wish, stand=stand, folder=folder)

    def cancel(self, id_: str) -> bool:
        """End an order that waits or is being made; False when there is none."""
        one = self.find(id_)
        if one is None or one.stand.state not in {WAITING, RUNNING}:
            return False
        atomic_files.write_once(one.folder / _CANCEL, b"")
        if one.stand.state == WAITING:
            self._tell(one.folder, Stand(state=CANCELLED, at=self._now()))
        return True

    def forget(self, id_: str) -> bool:
        """Take an order that is over away, with its pack; False when there is none."""
        one = self.find(id_)
        if one is None or one.stand.state in {WAITING, RUNNING}:
            return False
        shutil.rmtree(one.folder, ignore_errors=True)
        return True

    def tidy(self) -> None:
        """Take away what has been kept long enough."""
        for one in self.list():
            if self._now() - one.wish.at > KEPT:
                self.forget(one.id)

    def make_next(self, maker: Callable[[], Maker], ended: Callable[[], bool]) -> bool:
        """Make the order that has waited longest; False when none waits."""
        for one in self._due():
            if self._claim(one):
                self._make(one, speaking(maker(), one.wish.language), ended)
                return True
        return False

    def _due(self) -> Iterator[Listed]:
        for one in reversed(self.list()):
            lost = one.stand.state == RUNNING and self._now() - one.stand.at > LOST
            if lost:
                (one.folder / _CLAIM).unlink(missing_ok=True)
            if one.stand.state == WAITING or lost:
                yield one

    @staticmethod
    def _claim(one: Listed) -> bool:
        try:
            atomic_files.write_new(one.folder / _CLAIM, b"")
        except OSError:
            return False
        return True

    def _make(self, one: Listed, maker: Maker, ended: Callable[[], bool]) -> None:
        told = self._now()
        stand = Stand(state=RUNNING, at=told)

        def tell(part: str, done: int, whole: int) -> None:
            nonlocal told, stand
            if part == stand.part and self._now() - told < _TELL_EVERY and done < whole:
                return
            told = self._now()
            stand = Stand(state=RUNNING, part=part, done=done, whole=whole, at=told)
            self._tell(one.folder, stand)

        def over() -> bool:
            return (one.folder / _CANCEL).exists() or ended()

        self._tell(one.folder, stand)
        shutil.rmtree(one.pack, ignore_errors=True)
        try:
            made = making.make(maker, one.wish.order, one.pack, Watch(told=tell, ended=over))
        except Cancelled:
            self._cancelled(one)
        except NothingThere as error:
            self._fail(one, error.kind)
        except AgentGuardError as error:
            self._fail(one, error.title)
        else:
            desks = made.about.desks if made.about is not None else 0
            whole = Stand(
                state=DONE, at=self._now(), files=made.files, bytes=made.bytes, desks=desks
            )
            self._tell(one.folder, whole)

    def _cancelled(self, one: Listed) -> None:
        """Say that it was ended, or let it wait again where the endpoint stops."""
        if (one.folder / _CANCEL).exists():
            self._tell(one.folder, Stand(state=CANCELLED, at=self._now()))
        else:
            with suppress(OSError):
                (one.folder / _CLAIM).unlink()
            self._tell(one.folder, Stand(at=self._now()))

    def _fail(self, one: Listed, problem: str) -> None:
        self._tell(one.folder, Stand(state=FAILED, at=self._now(), problem=problem))

    @staticmethod
    def _tell(folder: Path, stand: Stand) -> None:
        atomic_files.write(folder / _STATE, msgspec.json.encode(stand))


def speaking(maker: Maker, language: str) -> Maker:
    """Return who makes a pack in a language; in the endpoint's where none was asked for."""
    return replace(maker, words=translations.load(language)) if language else maker
