"""The one bridge between the engine's thread and Qt: queued calls in, the desk's door out."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QElapsedTimer, QMetaObject, QObject, Qt, Slot

from agentguard.base.errors import AgentGuardError
from agentguard.base.settings import SetHere
from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.moments import Moment
from agentguard.model.snapshot import Snapshot
from agentguard.ports.people import Desk
from agentguard.ui.listeners import News
from agentguard.ui.present import present
from agentguard.ui.present_findings import Can
from agentguard.ui.speech import Speech
from agentguard.ui.views import View

T = TypeVar("T")
ENDING = 2.0  # seconds that slow calls may still take at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errand:
    """A slow call, and who gets its result or what went wrong; kept by the Qt thread."""

    call: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[str], None]


class Bridge(QObject):
    """Brings every new snapshot to the Qt thread as `viewed(snapshot, view)`; of a burst, the last.

    `spoken` tells that the language of `texts` is another one now, `excepting` that the person
    wants to ask for an exception, from a control or from one that is chosen then.

    `later` runs a slow call beside the windows and hands its result to the Qt thread; `set_here`
    gives the settings of this computer, `speech` keeps which language is spoken.
    """

    def __init__(
        self,
        desk: Desk,
        texts: Texts,
        set_here: Callable[[], tuple[SetHere, ...]] = tuple,
        speech: Speech | None = None,
    ) -> None:
        super().__init__()
        self.speech = speech
        self.set_here = set_here
        self.viewed: News[Snapshot, View] = News()
        self.spoken: News[()] = News()
        self.excepting: News[str] = News()
        self._errands: dict[int, _Errand] = {}
        self._finished: deque[tuple[int, object, bool]] = deque()
        self._count = 0
        self.desk = desk
        self.texts = texts.masking(masked)
        self.snapshot = desk.snapshot()
        self._can = Can(deeds=desk.deeds(), pages=desk.pages())
        self.view: View = present(self.snapshot, self.texts, can=self._can)
        self._since = QElapsedTimer()
        self._since.start()
        self._newest: Snapshot | None = None
        self._open = True
        self._calls: SimpleQueue[int | None] = SimpleQueue()
        # Not QThreadPool: beside rows that come and go, QRunnable.create crashed within seconds.
        self._worker: threading.Thread | None = None  # noqa: TID251 - Qt's, not the engine's
        desk.subscribe(self._bring)

    def view_now(self) -> View:
        """Return what is shown as of now: how long ago things were goes on between snapshots."""
        self.view = present(replace(self.snapshot, at=self.now()), self.texts, can=self._can)
        return self.view

    def now(self) -> Moment:
        """Return the moment that it is, counted on from the newest snapshot."""
        passed, at = self._since.elapsed() / 1000, self.snapshot.at
        return Moment(boot=at.boot + passed, wall=at.wall + passed)

    def speak(self, texts: Texts) -> None:
        """Speak another language from now on: tell `spoken`, then all that there is anew."""
        self.texts = texts.masking(masked)
        self.view_now()
        self.spoken.tell()
        self.viewed.tell(self.snapshot, self.view)

    @property
    def idle(self) -> bool:
        """Whether no slow call is under way, whose result somebody waits for."""
        return not self._errands

    def close(self) -> None:
        """Take nothing more from the engine; wait a moment for slow calls."""
        self._open = False
        self._calls.put(None)
        if self._worker is not None:
            self._worker.join(ENDING)
            if self._worker.is_alive():
                return
        self._errands.clear()

    def later(
        self, call: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]
    ) -> None:
        """Run `call` in a worker; `done` gets its result, `failed` what went wrong in words."""
        self._count += 1
        self._errands[self._count] = _Errand(call=call, done=done, failed=failed)
        self._calls.put(self._count)
        if self._worker is None:
            self._worker = threading.Thread(  # noqa: TID251 - Qt's, not the engine's
                target=self._work, name="slow calls", daemon=True
            )
            self._worker.start()

    def _work(self) -> None:
        """Run one call after another until the end."""
        while (number := self._calls.get()) is not None and self._open:
            self._run(number)

    def _run(self, number: int) -> None:
        """Run a call in the worker, which has let go of it before the Qt thread may.

        What is called back belongs to windows, and one that ends in another thread crashes.
        """
        result, well = self._tried(number)
        self._finish(number, result, well=well)

    def _tried(self, number: int) -> tuple[object, bool]:
        try:
            return self._errands[number].call(), True
        except AgentGuardError as error:
            return masked(str(error)), False
        except Exception as error:  # noqa: BLE001 - the worker's boundary: told, never lost
            return type(error).__name__, False

    def _bring(self, snapshot: Snapshot) -> None:
        """Take a snapshot in the engine's thread."""
        if self._open:
            self._newest = snapshot
            self._wake()

    def _finish(self, number: int, result: object, *, well: bool) -> None:
        if self._open:
            self._finished.append((number, result, well))
            self._wake()

    def _wake(self) -> None:
        """Have `arrived` called in the Qt thread.

        No event of Python's own: Qt may end it while the thread that posted it still holds it.
        """
        QMetaObject.invokeMethod(self, "arrived", Qt.ConnectionType.QueuedConnection)

    @Slot()
    def arrived(self) -> None:
        """Take, in the Qt thread, what the other threads brought."""
        self._take()
        while self._finished and self._open:
            number, result, well = self._finished.popleft()
            errand = self._errands.pop(number)
            if well:
                errand.done(result)
            else:
                errand.failed(str(result))

    def _take(self) -> None:
        newest, self._newest = self._newest, None
        if newest is not None and self._open:
            self.snapshot = newest
            self._since.restart()
            self.view = present(newest, self.texts, can=self._can)
            self.viewed.tell(newest, self.view)
