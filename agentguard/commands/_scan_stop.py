"""Ctrl-C as a question that is asked between two results.

An exception that comes up anywhere tears the line that is being written in two, and is lost where
Python can tell nobody of it: while garbage is collected, or a library calls back.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType, TracebackType
from typing import Self


class Interrupt:
    """Remembers that Ctrl-C was pressed and has what runs ended; pressed again, it interrupts."""

    def __init__(self) -> None:
        self._asked = False
        self._ends: tuple[Callable[[], None], ...] = ()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGINT, self._pressed)
            self._stack.callback(signal.signal, signal.SIGINT, before)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def ends(self, *ends: Callable[[], None]) -> None:
        """Call these as soon as it is pressed, wherever the program is: they must take no lock."""
        self._ends = ends
        if self._asked:
            self._end()

    def look(self) -> None:
        """Go on when it was not pressed.

        Raises:
            KeyboardInterrupt: it was.

        """
        if self._asked:
            raise KeyboardInterrupt

    def _pressed(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._end()

    def _end(self) -> None:
        for end in self._ends:
            end()
