"""Asks a place of secrets in a thread of its own: one that never answers holds nobody up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from agentguard.base.errors import SecretError

T = TypeVar("T")

SECONDS = 5.0
"""How long a place may take; a keyring that asks its person first would take minutes."""

REST = 30.0
"""Seconds for which a place that did not answer is not asked again."""


class Asked(threading.Thread, Generic[T]):
    """One question; what came of it is there once the thread has ended."""

    def __init__(self, question: Callable[[], T]) -> None:
        super().__init__(name="secrets", daemon=True)
        self._question = question
        self.answer: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Ask; what is raised is raised again where it was asked from."""
        try:
            self.answer = self._question()
        except BaseException as error:  # noqa: BLE001 - it is carried over to the other thread
            self.error = error


class Limit:
    """The patience with one place, shared by all who ask it."""

    def __init__(self, place: str, *, seconds: float = SECONDS, rest: float = REST) -> None:
        self._place = place
        self._seconds = seconds
        self._rest = rest
        self._silent_until = 0.0

    def ask(self, question: Callable[[], T]) -> T | None:
        """Return the answer.

        Raises:
            SecretError: there was none in time, now or a moment ago; or what the question raises.

        """
        if time.monotonic() < self._silent_until:
            raise SecretError("silent", self._place)
        asked = Asked(question)
        asked.start()
        asked.join(self._seconds)
        if asked.is_alive():
            self._silent_until = time.monotonic() + self._rest
            raise SecretError("silent", self._place)
        if asked.error is not None:
            raise asked.error
        return asked.answer
