"""What is kept of files that were looked at, so that an unchanged one costs one stat and no read.

Nothing here names a file or holds a value: a name and a state are keyed hashes, and of what was
found only kinds and counts are kept. Whatever is lost of it costs a second reading, no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What became of a file; `hits` without masks, `reason` an id of resources/text or empty.

    `test_cards` are the card numbers published for tests that it holds: nobody's, and no hits.
    Where it was not read to its end, `left` is the byte of its `size` at which to go on; else 0.
    """

    outcome: FileOutcome
    hits: tuple[Hit, ...] = ()
    reason: str = ""
    test_cards: int = 0
    left: int = 0
    size: int = 0

    @property
    def unread(self) -> int:
        """The bytes that are not read yet of what is read in turns."""
        return self.size - self.left if self.left else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The last reading of a file: in which `state` it was, and on which `day` since 1970."""

    state: int
    day: int
    looked: Looked


class SeenFiles(Protocol):
    """The memory of the files that were looked at; names and states are signed 64-bit numbers."""

    @property
    def secret(self) -> bytes:
        """The key of the hashes: without it nobody can try whether a file's name is known."""
        ...

    def last(self, name: int) -> Kept | None:
        """Return the last reading of a file, whatever it is now; None when there is none."""
        ...

    def remember(self, name: int, kept: Kept) -> None:
        """Keep a reading in place of the one before."""
        ...

    def forget(self, name: int) -> None:
        """Keep nothing of a file any more."""
        ...

    def sweep_begins(self) -> None:
        """Begin to note which files still exist, by their being asked for."""
        ...

    def sweep_ended(self) -> None:
        """Forget in time what a whole sweep did not meet."""
        ...

    def save(self) -> None:
        """Write down what is only in memory so far."""
        ...


class Strikes(Protocol):
    """How often reading a file cost the scan child its life, beyond a restart."""

    def add(self, path: str, size: int, changed: int) -> None:
        """Note a failure of the file as it is now: its size, and its change time in ns."""
        ...

    def count(self, path: str, size: int, changed: int, seconds: float) -> int:
        """Return the failures, 0 when the last was more than `seconds` ago: they are forgotten."""
        ...
