"""What a process does with one that it has started from itself."""

from __future__ import annotations

from typing import Protocol


class Leash(Protocol):
    """Holds a process from outside; whoever closes or loses it ends the process."""

    def bound(self, memory: int) -> bool:
        """Let it take this many bytes and no more; tell whether the system sees to it."""
        ...

    def close(self) -> None:
        """End it, with what it started."""
        ...


class Child(Protocol):
    """A process that this program has started from itself."""

    @property
    def pid(self) -> int | None:
        """The process id."""
        ...

    @property
    def handle(self) -> int:
        """What the system gave the parent to deal with it; 0 where its number does."""
        ...

    def is_alive(self) -> bool:
        """Check whether it still runs."""
        ...

    def make_modest(self) -> None:
        """Give it the lowest priority for the processor and the disk."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def join(self, timeout: float | None = None) -> None:
        """Wait until it is gone, at most `timeout` seconds."""
        ...
