"""The real tray program with its clock and its person's idle time in a test's hand.

    python tests/desktop/pressed_tray.py

All else is as `agentguard tray` has it: windows, sensors, locks and the bus are the session's own.
It reads a command a line and answers each with the seconds of the clock since its start:

pass SECONDS   time passes; answered when everybody has done what was due, windows were told too
touch          the person moves the mouse or presses a key: idle time begins anew

To be run by its file: importing it does nothing.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from agentguard.commands import _guard_session
from agentguard.commands._guard_session import guard_with_windows
from agentguard.engine.loop import Engine
from agentguard.model.events import Event, Tick
from agentguard.platforms import load
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Stop
from agentguard.ports.desktop import Absent, Backend, Session, SessionReading
from agentguard.runtime.agent import Agent

START = 100_000.0
"""Seconds for which the computer is on: an idle time of a morning can be believed."""
SHARED = frozenset({"wheel", "worker"})
"""The threads that all jobs share, by their name."""
PATIENCE = 60.0
"""Real seconds in which everybody comes to rest."""


class PressedClock(FakeClock):
    """A clock in the hand of a test that knows which threads wait on it, and until when."""

    def __init__(self) -> None:
        super().__init__(boot=START, wall=time.time())
        self._waits: dict[tuple[str, int], float] = {}
        self.touched = START

    def wait(self, stop: Stop, seconds: float) -> bool:
        """Wait as the clock it is, and be known as one who waits."""
        me = (threading.current_thread().name, threading.get_ident())
        with self._moved:
            self._waits[me] = self._boot + seconds
            self._moved.notify_all()
        try:
            return super().wait(stop, seconds)
        finally:
            with self._moved:
                self._waits.pop(me, None)

    def rest(self) -> None:
        """Wait until the shared threads have done all that is due."""
        with self._moved:
            if not self._moved.wait_for(self._rests, PATIENCE):
                raise TimeoutError(f"they do not rest: {self._waits}")

    def _rests(self) -> bool:
        resting = {name for (name, _), end in self._waits.items() if end > self._boot}
        return resting >= SHARED


@dataclass(frozen=True, slots=True, kw_only=True)
class PressedSession:
    """The session of the desktop, whose person moves when a test says so."""

    real: Session
    clock: PressedClock

    def read(self) -> SessionReading:
        """Return what the desktop tells, with the test's idle time."""
        return replace(self.real.read(), idle=self.clock.now().boot - self.clock.touched)

    def lock(self) -> None:
        """Lock the desktop."""
        self.real.lock()


class Judged:
    """Tells when the engine has judged all that came before a mark of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._mark = engine, Tick(at=engine.clock.now())
        self._done = threading.Event()
        step = Engine.step

        def stepped(engine: Engine, event: Event) -> None:
            step(engine, event)
            if event is self._mark:
                self._done.set()

        Engine.step = stepped  # type: ignore[assignment,method-assign] # this process is the test's own

    def wait(self) -> None:
        """Wait until all was judged that waits now."""
        self._done.clear()
        self._mark = Tick(at=self._engine.clock.now())
        self._engine.submit(self._mark)
        if not self._done.wait(PATIENCE):
            raise TimeoutError("the engine does not come to its queue's end")


class Shown(QObject):
    """Tells when the windows' thread has done all that it was told before."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._done = threading.Event()
        app = QCoreApplication.instance()
        assert app is not None
        self.moveToThread(app.thread())
        self.asked.connect(self._done.set, Qt.ConnectionType.QueuedConnection)

    def wait(self) -> None:
        """Wait for it."""
        self._done.clear()
        self.asked.emit()
        if not self._done.wait(PATIENCE):
            raise TimeoutError("the windows' thread does not answer")


def driven(clock: PressedClock, agent: Agent) -> None:
    """Take commands until the input ends."""
    judged, shown = Judged(agent.engine), Shown()
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "touch":
            clock.touched = clock.now().boot
        else:
            clock.advance(float(*rest))
            clock.rest()
            judged.wait()
            shown.wait()
        sys.stdout.write(f"{clock.now().boot - START}\n")
        sys.stdout.flush()


def main() -> int:
    """Guard by the pressed clock until the end."""
    clock, guarding = PressedClock(), _guard_session.guarding

    @contextmanager
    def watched(folder: Path, starting: object) -> Iterator[Agent]:
        with guarding(folder, starting) as agent:  # type: ignore[arg-type] # as it was given
            threading.Thread(target=driven, args=(clock, agent), name="driver", daemon=True).start()
            yield agent

    def backend() -> Backend:
        found = load()
        assert not isinstance(found.session, Absent)
        return replace(found, session=PressedSession(real=found.session, clock=clock))

    _guard_session.system_clock = lambda: clock  # type: ignore[attr-defined] # see above
    _guard_session.load = backend  # type: ignore[attr-defined]
    _guard_session.guarding = watched
    return guard_with_windows(may_quit=True)


if __name__ == "__main__":
    sys.exit(main())
