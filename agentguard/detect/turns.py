"""A large text is read in turns: where one begins, when it is over, where the next goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def never() -> bool:
    """Have time without end."""
    return False


@dataclass(slots=True, kw_only=True)
class Turn:
    """The reading of a text from byte `start` on, until its time is `over`; or to `end`, if told.

    `left` is the byte at which the next turn goes on, 0 when the text was read to its end. The turn
    `minds` its time while what reads it will end where a line does.
    """

    start: int = 0
    end: int | None = None
    over: Callable[[], bool] = never
    left: int = 0
    minds: bool = False

    def mind(self, *, itself: bool) -> None:
        """Leave it to what reads to end in time, or take that back."""
        self.minds = itself

    def leave(self, place: int) -> None:
        """End at a byte, at which the next turn goes on."""
        self.left = place
