"""What the uplink hands over of exceptions, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agentguard.model.exceptions import Excepted, Ruling
from agentguard.ports.sensor import Submit


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """All exceptions that the endpoint has signed for this desk, as of `at` (wall seconds).

    `ruled` is what became of requests of this desk.
    """

    at: float
    digest: str
    items: tuple[Excepted, ...]
    ruled: tuple[Ruling, ...] = ()


class Lived(Protocol):
    """Tells the seconds that this computer has lived through."""

    def lived(self) -> float:
        """Return the seconds since the record began."""
        ...


class ExceptionBook(Protocol):
    """Keeps the newest list, and knows which of its exceptions are over."""

    @property
    def digest(self) -> str:
        """The digest of the newest list, empty without one."""
        ...

    def take(self, overlay: Overlay) -> None:
        """Take a list that is newer than the one that is held."""
        ...

    def look(self, submit: Submit) -> None:
        """Look at both clocks once, and tell what holds if that has changed."""
        ...
