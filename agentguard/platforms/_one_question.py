"""A question to the system that may hang: one worker asks it, and while it hangs nobody asks again.

A thread that hangs in the system cannot be ended. If each turn began another, a system that does
not answer would cost a thread a minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Generic, TypeVar

from agentguard.base.errors import AgentGuardError
from agentguard.ports.desktop import StillAsking

T = TypeVar("T")

PATIENCE = 600.0
"""Seconds for which what was told before stands while the question is open."""


@contextmanager
def _plainly() -> Iterator[None]:
    yield


class _Worker(Generic[T]):
    """Asks once, in a thread of its own."""

    def __init__(
        self,
        name: str,
        question: Callable[[], T],
        around: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._question = question
        self._around = around
        self.began = time.monotonic()
        self.told: list[T] = []
        self.problem: AgentGuardError | None = None
        self.thread = threading.Thread(target=self._ask, name=f"ask {name}", daemon=True)
        self.thread.start()

    @property
    def seconds(self) -> float:
        """How long it has been asking."""
        return time.monotonic() - self.began

    def _ask(self) -> None:
        try:
            with self._around():
                self.told.append(self._question())
        except AgentGuardError as problem:
            self.problem = problem.with_traceback(None)


class Question(Generic[T]):
    """A question with its time limit in seconds; `silent` makes the error of no answer.

    `around` prepares the worker's thread. An answer that comes late is given at the next turn,
    unless it is older than `patience` by then.
    """

    def __init__(
        self,
        name: str,
        seconds: float,
        question: Callable[[], T],
        *,
        silent: Callable[[], AgentGuardError],
        around: Callable[[], AbstractContextManager[None]] = _plainly,
        patience: float = PATIENCE,
    ) -> None:
        self.name = name
        self._limit = seconds
        self._question = question
        self._silent = silent
        self._around = around
        self._patience = patience
        self._guard = threading.Lock()
        self._worker: _Worker[T] | None = None
        self._answered = False

    def ask(self) -> T:
        """Return the system's answer.

        Raises:
            StillAsking: it has not answered yet, and what it told before still stands.
            AgentGuardError: it refused, or has never answered, or not for too long.

        """
        with self._guard:
            worker = self._worker
            if worker is None or self._is_over(worker):
                worker = self._worker = _Worker(self.name, self._question, self._around)
                worker.thread.join(self._limit)
            return self._taken(worker)

    @property
    def open(self) -> float | None:
        """For how many seconds it has been open; None while nothing is asked."""
        worker = self._worker
        if worker is None or not worker.thread.is_alive():
            return None
        return worker.seconds

    def _is_over(self, worker: _Worker[T]) -> bool:
        return not worker.thread.is_alive() and worker.seconds > self._patience

    def _taken(self, worker: _Worker[T]) -> T:
        if worker.thread.is_alive():
            if self._answered and worker.seconds <= self._patience:
                raise StillAsking(self.name, worker.seconds)
            raise self._silent()
        self._worker = None
        if not worker.told:
            raise worker.problem or self._silent()
        self._answered = True
        return worker.told[0]


def open_for(*questions: Question[Any]) -> Callable[[], float | None]:
    """Return what gives the seconds for which the oldest of these has been open; None for none."""

    def seconds() -> float | None:
        return max((one.open or 0.0 for one in questions), default=0.0) or None

    return seconds
