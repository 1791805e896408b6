"""The shape of an extractor, and what it is given: a source and the work's budget."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeAlias, cast

from agentguard.base.errors import ScanError
from agentguard.detect.limits import MIB, Limits
from agentguard.detect.turns import Turn
from agentguard.detect.unfolding import UNTOLD, Make, Unfolding

HEAD = 64 << 10
"""Bytes that a format is told by."""

BINARY = 50
TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file, or a member of one: seekable bytes, their number, and the first of them.

    `mark` is another one when the file has changed; nothing of what has none is kept.
    """

    file: BinaryIO
    size: int
    head: bytes
    mark: tuple[object, ...] = ()

    @classmethod
    def of_file(cls, file: BinaryIO, size: int) -> Source:
        """Read the head of an open file."""
        file.seek(0)
        return cls(file=file, size=size, head=file.read(HEAD))

    @classmethod
    def of_bytes(cls, data: bytes) -> Source:
        """Wrap bytes."""
        return cls(file=io.BytesIO(data), size=len(data), head=data[:HEAD])

    @property
    def flows(self) -> bool:
        """Whether it is unpacked while it is read, so that going back is dear."""
        return isinstance(self.file, Unfolding)

    def held(self, most: int) -> Source:
        """Return it in memory, where it is unpacked while it is read.

        Raises:
            ScanError: it has more than `most` bytes.

        """
        if not isinstance(self.file, Unfolding):
            return self
        data = self.file.held(most)
        if data is None:
            raise ScanError("reason.too-large")
        return Source.of_bytes(data)

    def read(self, most: int) -> bytes:
        """Return the bytes from the start, at most `most`."""
        self.file.seek(0)
        return self.file.read(most)


Streams: TypeAlias = "Mapping[str, Callable[[Any, tuple[str, ...], Work], Iterator[str]]]"
"""Readers of a stream of a compound file, by its name in lower case.

Each takes the file (`binary.compound_file.Compound`), the path to the stream, and the work.
"""


@dataclass(slots=True, kw_only=True)
class Work:
    """The reading of one file: its limits, what is spent, and what could not be read.

    `inner` reads a source inside another, one level deeper; `streams` are the readers of documents
    that stand in a storage of another. `packed` is the file's size in bytes, `full` the kinds of
    which enough was found, while they become more. `turn` is which part of a large text is read,
    for what reads it in turns; None for all else.
    """

    limits: Limits
    inner: Callable[[Source, Work], Iterator[str]]
    streams: Streams = field(default_factory=dict)
    packed: int = 0
    full: AbstractSet[str] = frozenset()
    turn: Turn | None = None
    depth: int = 0
    spent: int = 0
    notes: dict[str, None] = field(default_factory=dict)

    @property
    def own_turn(self) -> Turn | None:
        """The turn, for the file itself; None within a part of it."""
        return None if self.depth else self.turn

    def read_in_turns(self, *, on: bool) -> None:
        """Leave the time to what reads the file in turns, or read it without any."""
        if self.turn is not None:
            self.turn.mind(itself=on)
        self.turn = self.turn if on else None

    def note(self, reason: str) -> None:
        """Remember that a part was not read, and why."""
        self.notes.setdefault(reason)

    def refuse(self, reason: str) -> None:
        """Say that this container was not read: it is not clean because nothing shows.

        Raises:
            ScanError: with the reason, when it is the file itself and not a part of another.

        """
        if not self.depth:
            raise ScanError(reason)
        self.note("reason.unsupported-part")

    def spend(self, size: int) -> None:
        """Account for `size` unpacked bytes.

        Raises:
            ScanError: the file is a bomb: it unfolds to more than it may for its size.

        """
        self.spent += size
        if not self.may_spend(0):
            raise ScanError("reason.bomb")

    def may_spend(self, size: int) -> bool:
        """Check whether so many more bytes may be unpacked."""
        limits = self.limits
        return self.spent + size <= max(limits.total_mib * MIB, limits.ratio * self.packed)

    def within(self, data: bytes) -> Iterator[str]:
        """Read bytes that stand inside a container."""
        yield from self._deeper(lambda: Source.of_bytes(data))

    def unfolded(self, make: Make, size: int = UNTOLD) -> Iterator[str]:
        """Read what stands packed inside a container, while it is unpacked; it is accounted for."""
        yield from self._deeper(lambda: self._flowing(make, size))

    def _flowing(self, make: Make, size: int) -> Source:
        most = self.limits.flow_kib << 10
        file = Unfolding(make, self.spend, most)
        if (data := file.held(most)) is not None:
            return Source.of_bytes(data)
        return Source.of_file(cast("BinaryIO", file), size)

    def _deeper(self, source: Callable[[], Source]) -> Iterator[str]:
        if self.depth >= self.limits.depth:
            self.note("reason.too-deep")
            return
        self.depth += 1
        try:
            yield from self.inner(source(), self)
        finally:
            self.depth -= 1


def never(_source: Source) -> bool:
    """Read nothing in turns: what stands at the start must be known to its end."""
    return False


def always(_source: Source) -> bool:
    """Read all in turns: each part is understood by itself, or by the first rows."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """One format.

    `sniff` judges content, never a name; the lowest `order` that agrees reads. `extract` yields
    text piece by piece; it may raise ScanError with a reason. A format of `prose` holds notes,
    letters and talk as people write them. `opened` says that its first marks alone tell it, so that
    any text may begin as it does. A source that it goes `on` with is read in turns, whatever its
    size. One that `flows` goes from the start to the end, so that a part need not be held in
    memory. `streams` reads what other compound files embed of it.
    """

    name: str
    sniff: Callable[[Source], bool]
    extract: Callable[[Source, Work], Iterator[str]]
    order: int = 10
    prose: bool = False
    opened: bool = False
    on: Callable[[Source], bool] = never
    flows: bool = False
    streams: Streams = field(default_factory=dict)


def streams_of(extractors: Iterable[Extractor]) -> Streams:
    """Return the readers of all formats together."""
    return {name: reader for one in extractors for name, reader in one.streams.items()}
