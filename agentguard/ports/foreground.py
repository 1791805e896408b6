"""The window in front, as a desktop tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agentguard.ports.clock import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusedWindow:
    """The window in front: image name in lower case without `.exe`, class, and the window's id.

    `titled` is what a `Sort` gave for its title.
    """

    image: str
    window_class: str
    window: int
    titled: tuple[str, ...] = ()


Sort = Callable[[str, Callable[[], str]], tuple[str, ...]]
"""Told a program and how its window's title is read, gives the names that the title fits."""


def unsorted(_image: str, _read: Callable[[], str]) -> tuple[str, ...]:
    """Leave every title unread."""
    return ()


class Foreground(Protocol):
    """The window in front."""

    def watch(
        self,
        focused: Callable[[FocusedWindow], None],
        stop: Stop,
        *,
        steady: float = 0.0,
        sort: Sort = unsorted,
    ) -> None:
        """Call `focused` for the window in front and at every change, until `stop` is set.

        Only a window that stays in front for `steady` seconds is told, and never twice in a row. A
        title that changes what `sort` gives makes it another window; what it says goes nowhere.
        """
        ...

    def put_away(self, window: int) -> None:
        """Minimise a window."""
        ...
