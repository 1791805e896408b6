"""A connection to the X server that is kept for questions of one round trip."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from Xlib.display import Display

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import x11

T = TypeVar("T")


class Kept:
    """Connects at the first question; after a failure the next one connects again."""

    def __init__(self, name: str, *extensions: str) -> None:
        self.name = name
        self._extensions = extensions
        self._guard = threading.Lock()
        self._display: Display | None = None

    def ask(self, question: Callable[[Display], T]) -> T:
        """Ask, one thread at a time.

        Raises:
            PlatformError: the server does not answer.

        """
        with self._guard:
            try:
                return self._ask(question)
            except PlatformError:
                self._forget()
                raise

    def _ask(self, question: Callable[[Display], T]) -> T:
        if self._display is None:
            self._display = x11.connect(self.name, *self._extensions)
        with x11.answering():
            return question(self._display)

    def _forget(self) -> None:
        if self._display is not None:
            x11.close(self._display)
        self._display = None
