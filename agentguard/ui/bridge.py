"""The one bridge between the engine's thread and Qt: posted events in, the desk's door out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRunnable, QThreadPool

from agentguard.errors import AgentGuardError
from agentguard.model.snapshot import Snapshot
from agentguard.ports.people import Desk
from agentguard.texts import Texts
from agentguard.ui.news import News
from agentguard.ui.present import present
from agentguard.ui.views import View

T = TypeVar("T")
ARRIVED = QEvent.Type(QEvent.registerEventType())
ENDING = 2000  # milliseconds that slow calls may still take at the end


class Bridge(QObject):
    """Brings every new snapshot to the Qt thread as `viewed(snapshot, view)`; of a burst, the last.

    `later` runs a slow call beside the windows and hands its result to the Qt thread.
    """

    def __init__(self, desk: Desk, texts: Texts) -> None:
        super().__init__()
        self.viewed: News[Snapshot, View] = News()
        self._finished: deque[Callable[[], None]] = deque()
        self.desk = desk
        self.texts = texts
        self.snapshot = desk.snapshot()
        self.view: View = present(self.snapshot, texts)
        self._newest: Snapshot | None = None
        self._open = True
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        desk.subscribe(self._bring)

    def close(self) -> None:
        """Take nothing more from the engine; wait a moment for slow calls."""
        self._open = False
        self._pool.clear()
        self._pool.waitForDone(ENDING)

    def later(
        self, call: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]
    ) -> None:
        """Run `call` in a worker; `done` gets its result, `failed` what went wrong in words."""

        def run() -> None:
            try:
                result = call()
            except AgentGuardError as error:
                self._finish(partial(failed, str(error)))
            except Exception as error:  # noqa: BLE001 - the worker's boundary: told, never lost
                self._finish(partial(failed, type(error).__name__))
            else:
                self._finish(lambda: done(result))

        self._pool.start(QRunnable.create(run))

    def _bring(self, snapshot: Snapshot) -> None:
        """Take a snapshot in the engine's thread."""
        if self._open:
            self._newest = snapshot
            QCoreApplication.postEvent(self, QEvent(ARRIVED))

    def _finish(self, tell: Callable[[], None]) -> None:
        if self._open:
            self._finished.append(tell)
            QCoreApplication.postEvent(self, QEvent(ARRIVED))

    def customEvent(self, _event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take, in the Qt thread, what the other threads brought."""
        self._take()
        while self._finished and self._open:
            self._finished.popleft()()

    def _take(self) -> None:
        newest, self._newest = self._newest, None
        if newest is not None and self._open:
            self.snapshot = newest
            self.view = present(newest, self.texts)
            self.viewed.tell(newest, self.view)
