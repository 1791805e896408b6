"""An in-memory desktop for tests, the demonstration and screenshots: a product, not a mock.

`SimulatedDesktop(clock)` is driven by the person's verbs (`type_key`, `lock`, `copy`, `focus`,
`call`, `set`), and its `backend` is what the agent is given. `refuse` makes a capability fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agentguard.model.facts import Fact
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._fake_clock import FakeClock
from agentguard.platforms._simulated_facts import healthy_facts
from agentguard.platforms._simulated_ports import (
    CLIPBOARD,
    PRIMARY,
    SELECTIONS,
    DesktopState,
    SimulatedCalls,
    SimulatedCapture,
    SimulatedClipboard,
    SimulatedDrillClipboard,
    SimulatedForeground,
    SimulatedNotifier,
    SimulatedSession,
    SimulatedSystemLog,
)
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Absent, Backend, Copied, Flavour, Pictured, Probe, Weight
from agentguard.ports.foreground import FocusedWindow

__all__ = ["CLIPBOARD", "PRIMARY", "SELECTIONS", "FakeClock", "SimulatedDesktop"]

PROBE_EVERY = 60.0  # seconds


class SimulatedDesktop:
    """A desktop with one person at it; every method may be called from any thread.

    `absent` names the capabilities that it does not give: session, clipboard, foreground, calls,
    notifier, capture, system-log. `locks` says whether a request to lock is followed.
    """

    def __init__(self, clock: Clock, *, absent: Iterable[str] = (), locks: bool = True) -> None:
        now = clock.now()
        self._absent = frozenset(absent)
        self._state = DesktopState(
            clock=clock,
            touched=now.boot,
            locks=locks,
            facts={type(fact): fact for fact in healthy_facts(now)},
        )
        self._capture = SimulatedCapture(self._state.require)
        self._log = SimulatedSystemLog(self._state.require)

    @property
    def backend(self) -> Backend:
        """Return what this desktop can do, with a probe for each fact that is set by now."""
        state, nothing = self._state, Absent(reason=say("desktop.simulated"))
        missing = self._absent
        return Backend(
            name="simulated",
            session=nothing if "session" in missing else SimulatedSession(state),
            clipboard=nothing if "clipboard" in missing else SimulatedClipboard(state),
            foreground=nothing if "foreground" in missing else SimulatedForeground(state),
            calls=nothing if "calls" in missing else SimulatedCalls(state),
            notifier=nothing if "notifier" in missing else SimulatedNotifier(state),
            probes=tuple(self._probe(kind) for kind in state.facts),
            on_battery=lambda: state.battery,
            capture=nothing if "capture" in missing else self._capture,
            system_log=nothing if "system-log" in missing else self._log,
            drill_clipboard=None if "clipboard" in missing else self._drill_clipboard,
        )

    def _drill_clipboard(self) -> SimulatedDrillClipboard:
        return SimulatedDrillClipboard(self._state.clock)

    def type_key(self) -> None:
        """Press a key: the idle time begins again."""
        self.idle(0)

    def idle(self, seconds: float) -> None:
        """Make the last input be `seconds` ago."""
        self._state.touched = self._state.clock.now().boot - seconds

    def lock(self) -> None:
        """Lock the screen, as the person would."""
        self._state.locked = True

    def unlock(self) -> None:
        """Unlock the screen, which takes a key."""
        with self._state.guard:
            self._state.locked = False
            self.type_key()

    def switch(self, *, away: bool = True) -> None:
        """Bring another user's session in front of this one, or this one back."""
        self._state.active = not away

    @property
    def locked(self) -> bool:
        """Whether the screen is locked."""
        return self._state.locked

    def copy(
        self,
        text: str,
        app: str = "",
        *flavours: Flavour,
        selection: str = CLIPBOARD,
        marked: bool = False,
    ) -> None:
        """Copy text in the program `app`; `marked` says that it is to be kept nowhere."""
        copied = Copied(text=text, app=app, marked=marked, flavours=flavours)
        with self._state.guard:
            self._state.copied[selection] = copied
        self._state.copies.publish(selection)

    def paste(self, selection: str = CLIPBOARD) -> str:
        """Return what a paste would give now; empty when there is nothing."""
        copied = self._state.copied.get(selection)
        return copied.text if copied else ""

    def focus(
        self, image: str, window_class: str = "", window: int = 1, *, title: str = ""
    ) -> None:
        """Bring a window of a program to the front."""
        self._state.titles[window] = title
        focused = FocusedWindow(image=image, window_class=window_class or image, window=window)
        self._state.focused = focused
        self._state.focuses.publish((focused, self._state.clock.now().boot))

    def call(self, on: bool, program: str = "softphone") -> None:  # noqa: FBT001 - reads as said
        """Begin or end a call: a program takes the microphone, or nobody has it."""
        self._state.recording = (program,) if on else ()

    def unplug(self, *, battery: bool | None = True) -> None:
        """Run on the battery, or on mains power; None for a computer without a battery."""
        self._state.battery = battery

    def set(self, fact: Fact) -> None:
        """Make a fact of the machine true: its probe gives it from now on.

        The backend has a probe for every fact that was set before it was asked for.
        """
        self._state.facts[type(fact)] = fact

    def refuse(self, capability: str, *, on: bool = True) -> None:
        """Make a capability (or `lock`, or `probes`) raise PlatformError, or work again."""
        with self._state.guard:
            (self._state.refused.add if on else self._state.refused.discard)(capability)

    @property
    def notices(self) -> tuple[tuple[str, str], ...]:
        """The notifications that were shown: title and body."""
        return tuple(self._state.notices)

    @property
    def pictured(self) -> Mapping[int, Pictured]:
        """What a picture of the screen shows of each window that was asked for."""
        return dict(self._capture.pictured)

    @property
    def logged(self) -> tuple[tuple[int, Weight, str], ...]:
        """The lines of the system's log."""
        return tuple(self._log.lines)

    @property
    def watchers(self) -> int:
        """How many threads watch the clipboard or the window in front."""
        return self._state.copies.listeners + self._state.focuses.listeners

    def _probe(self, kind: type[Fact]) -> Probe:
        def read(at: Moment, _policy: Policy) -> Fact:
            self._state.require("probes")
            return replace(self._state.facts[kind], at=at)

        return Probe(name=kind.__name__, every=PROBE_EVERY, read=read)
