"""What the simulated desktop gives the agent: its state, and one small body for each port."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from agentguard.base.errors import PlatformError
from agentguard.model.facts import Fact
from agentguard.platforms._steady_value import Steady
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Copied, Pictured, SessionReading, Spared, Weight, nobody
from agentguard.ports.foreground import FocusedWindow, Sort, unsorted


@dataclass(frozen=True, slots=True)
class SimulatedSystemLog:
    """The SystemLog port; `require` raises while the desktop refuses a capability."""

    require: Callable[[str], None]
    lines: list[tuple[int, Weight, str]] = field(default_factory=list)

    def write(self, event: int, weight: Weight, text: str) -> None:
        """Keep a line."""
        self.require("system-log")
        self.lines.append((event, weight, text))

    def tried(self) -> bool:
        """Tell that it would be written."""
        self.require("system-log")
        return True


@dataclass(frozen=True, slots=True)
class SimulatedCapture:
    """The Capture port; `require` raises while the desktop refuses a capability."""

    require: Callable[[str], None]
    pictured: dict[int, Pictured] = field(default_factory=dict)

    def show(self, window: int, wanted: Pictured) -> Pictured:
        """Remember what pictures show of a window."""
        self.require("capture")
        self.pictured[window] = wanted
        return wanted

    def tried(self) -> Pictured:
        """Return whether it would be done."""
        self.require("capture")
        return Pictured.BENEATH


CLIPBOARD = "CLIPBOARD"
PRIMARY = "PRIMARY"
SELECTIONS = (CLIPBOARD, PRIMARY)
SOURCE = "simulated"
LOOK = 0.02
"""Real seconds between two looks at a stop."""

NO_WINDOW = FocusedWindow(image="", window_class="", window=0)

T = TypeVar("T")


class Feed(Generic[T]):
    """Carries what happens to everybody who listens, each in its own thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[queue.SimpleQueue[T]] = []

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def publish(self, value: T) -> None:
        """Give `value` to everybody who listens now."""
        with self._lock:
            for listener in self._listeners:
                listener.put(value)

    @contextmanager
    def subscribed(self) -> Iterator[queue.SimpleQueue[T]]:
        """Yield a queue of all that is published while the context lasts."""
        mine: queue.SimpleQueue[T] = queue.SimpleQueue()
        with self._lock:
            self._listeners.append(mine)
        try:
            yield mine
        finally:
            with self._lock:
                self._listeners.remove(mine)


def _waiting(published: queue.SimpleQueue[T]) -> tuple[T, ...]:
    """Wait a moment for something, and give all that is there by then."""
    values: list[T] = []
    with suppress(queue.Empty):
        values.append(published.get(timeout=LOOK))
        while True:
            values.append(published.get_nowait())
    return tuple(values)


@dataclass(slots=True, kw_only=True)
class DesktopState:
    """All that is true at the simulated desk; changed under `guard`."""

    clock: Clock
    touched: float
    locks: bool
    locked: bool = False
    active: bool = True
    recording: tuple[str, ...] = ()
    battery: bool | None = None
    focused: FocusedWindow = NO_WINDOW
    titles: dict[int, str] = field(default_factory=dict)
    copied: dict[str, Copied] = field(default_factory=dict)
    read: dict[str, Copied | None] = field(default_factory=dict)
    facts: dict[type[Fact], Fact] = field(default_factory=dict)
    notices: list[tuple[str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    copies: Feed[str] = field(default_factory=Feed)
    focuses: Feed[tuple[FocusedWindow, float]] = field(default_factory=Feed)
    guard: threading.RLock = field(default_factory=threading.RLock)

    def require(self, capability: str) -> None:
        """Raise PlatformError when the desktop was told to refuse this."""
        if capability in self.refused:
            raise PlatformError(f"The desktop's {capability} does not answer.")


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """The Session port."""

    state: DesktopState

    def read(self) -> SessionReading:
        """Read idle time and lock state."""
        self.state.require("session")
        with self.state.guard:
            idle = max(0.0, self.state.clock.now().boot - self.state.touched)
            return SessionReading(
                idle=idle, locked=self.state.locked, source=SOURCE, active=self.state.active
            )

    def lock(self) -> None:
        """Lock, unless this desktop ignores it."""
        self.state.require("session")
        self.state.require("lock")
        with self.state.guard:
            self.state.locked = self.state.locked or self.state.locks


@dataclass(frozen=True, slots=True)
class SimulatedClipboard:
    """The Clipboard port."""

    state: DesktopState

    @property
    def selections(self) -> tuple[str, ...]:
        """The selections there are."""
        return SELECTIONS

    def watch(self, changed: Callable[[str], None], stop: Stop) -> None:
        """Call `changed` for each at once and at every change of owner."""
        with self.state.copies.subscribed() as copies:
            for selection in SELECTIONS:
                changed(selection)
            while not stop.is_set():
                self.state.require("clipboard")
                for selection in dict.fromkeys(_waiting(copies)):
                    changed(selection)

    def read(
        self, selection: str, *, limit: int, seconds: float, spared: Spared = nobody
    ) -> Copied | None:
        """Read what was copied; this desktop answers at once, so `seconds` is never used up."""
        del seconds
        self.state.require("clipboard")
        with self.state.guard:
            copied = self.state.copied.get(selection)
            self.state.read[selection] = copied
        if copied is None:
            return None
        secret = copied.marked and spared(copied.app)
        text = "" if secret or copied.own else copied.text[:limit]
        whole = secret or copied.own or len(copied.text) <= limit
        flavours = () if secret else copied.flavours
        return replace(copied, text=text, whole=whole, flavours=flavours, secret=secret)

    def replace(self, selection: str, text: str) -> bool:
        """Put a text in place of what was read, unless something newer is there."""
        self.state.require("clipboard")
        with self.state.guard:
            if selection not in self.state.copied or self._is_newer(selection):
                return False
            self.state.copied[selection] = Copied(text=text, app="", own=True)
        self.state.copies.publish(selection)
        return True

    def clear(self, selection: str) -> bool:
        """Empty the selection; False when something newer than what was read is there."""
        self.state.require("clipboard")
        with self.state.guard:
            newer = self._is_newer(selection)
            had = None if newer else self.state.copied.pop(selection, None)
        if had is not None:
            self.state.copies.publish(selection)
        return not newer

    def _is_newer(self, selection: str) -> bool:
        there = self.state.copied.get(selection)
        return there is not self.state.read.get(selection, there)


class SimulatedDrillClipboard:
    """A clipboard beside the person's."""

    def __init__(self, clock: Clock) -> None:
        self._state = DesktopState(clock=clock, touched=0.0, locks=False)
        self.clipboard = SimulatedClipboard(self._state)

    def offer(self, text: str, stop: Stop) -> None:
        """Copy a text there, and wait until `stop` is set."""
        with self._state.guard:
            self._state.copied[CLIPBOARD] = Copied(text=text, app="drill")
        self._state.copies.publish(CLIPBOARD)
        stop.wait()


@dataclass(frozen=True, slots=True)
class SimulatedForeground:
    """The Foreground port."""

    state: DesktopState

    def watch(
        self,
        focused: Callable[[FocusedWindow], None],
        stop: Stop,
        *,
        steady: float = 0.0,
        sort: Sort = unsorted,
    ) -> None:
        """Call `focused` for the window in front and at every change."""

        def sorted_(value: FocusedWindow) -> FocusedWindow:
            title = self.state.titles.get(value.window, "")
            return replace(value, titled=sort(value.image, lambda: title))

        window = Steady[FocusedWindow](steady)
        now = self.state.clock.now

        def tell(by: float) -> None:
            if (due := window.due(by)) is not None:
                focused(due)

        with self.state.focuses.subscribed() as focuses:
            window.offer(sorted_(self.state.focused), now().boot)
            tell(now().boot)
            while not stop.is_set():
                self.state.require("foreground")
                moment = now().boot  # read before the changes: none of before is missed
                for value, at in _waiting(focuses):
                    tell(at)
                    window.offer(sorted_(value), at)
                tell(moment)

    def put_away(self, window: int) -> None:
        """Minimise a window; the desktop comes to the front."""
        self.state.require("foreground")
        if window == self.state.focused.window:
            self.state.focused = NO_WINDOW
            self.state.focuses.publish((NO_WINDOW, self.state.clock.now().boot))


@dataclass(frozen=True, slots=True)
class SimulatedCalls:
    """The Calls port."""

    state: DesktopState

    def recording(self) -> tuple[str, ...]:
        """Return the programs that record now."""
        self.state.require("calls")
        return self.state.recording


@dataclass(frozen=True, slots=True)
class SimulatedNotifier:
    """The Notifier port."""

    state: DesktopState

    def notify(self, title: str, body: str) -> None:
        """Remember the notification."""
        self.state.require("notifier")
        self.state.notices.append((title, body))
