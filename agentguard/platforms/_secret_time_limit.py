"""Asks what may never answer in a thread of its own, so that nobody is held up.

That is a place of secrets, and a file that may lie on a share that is away.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from agentguard.base.errors import SecretError

T = TypeVar("T")
SECONDS = 5.0
"""How long a place may take; a keyring that asks its person first would take minutes."""
REST = 30.0
"""Seconds for which a place that did not answer is not asked again."""
READING = 2.0
"""How long a file may take; a start has 10 s, and a share that is up answers within one."""
MOST = 4 << 20
"""Bytes of a file that are read; a policy has at most a quarter of it."""


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


class PatientReader:
    """Reads files in a thread of their own; of a file that does not answer there is one at most."""

    def __init__(self, seconds: float = READING) -> None:
        self._seconds = seconds
        self._asked: dict[Path, Asked[bytes]] = {}

    def __call__(self, file: Path) -> bytes:
        """Return what a file holds; a later call takes what an earlier one has waited for.

        Raises:
            TimeoutError: it has not answered in time.
            OSError: it could not be read, or is longer than any that is wanted.

        """
        asked = self._asked.get(file)
        if asked is None:
            asked = self._asked[file] = Asked(lambda: _read(file))
            asked.start()
        asked.join(self._seconds)
        if asked.is_alive():
            raise TimeoutError(errno.ETIMEDOUT, "it does not answer", str(file))
        del self._asked[file]
        if asked.error is not None:
            raise asked.error
        return asked.answer or b""


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(MOST + 1)
    if len(data) > MOST:
        raise OSError(errno.EFBIG, "it is too long", str(file))
    return data
