"""An in-memory desktop for tests, the demonstration and screenshots: a product, not a mock.

`SimulatedDesktop(clock)` is driven by the person's verbs (`type_key`, `lock`, `copy`, `focus`,
`call`, `set`), and its `backend` is what the agent is given. `refuse` makes a capability fail. On
its machine nothing is wrong, and its clock, a `FakeClock`, stands still until it is moved.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from agentguard.model.facts import (
    AntivirusSeen,
    BackupSeen,
    DisksSeen,
    Fact,
    FirewallSeen,
    FolderAccess,
    FolderAccessSeen,
    Kind,
    Listener,
    ListenersSeen,
    ProgramsSeen,
    Protection,
    Software,
    SoftwareSeen,
    Volume,
)
from agentguard.model.locking import LockLimitsSeen, LockSource, Standing
from agentguard.model.machine import (
    AutoLogonSeen,
    ClipboardHistorySeen,
    NetworksSeen,
    PatchesSeen,
    PrintJobsSeen,
    RemoteSessionSeen,
    ScreenSharesSeen,
    Updater,
    UpdatersSeen,
    UsbSeen,
    VpnLink,
    VpnSeen,
)
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
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
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Absent, Backend, Copied, Flavour, Pictured, Probe, Weight
from agentguard.ports.foreground import FocusedWindow

__all__ = ["CLIPBOARD", "PRIMARY", "SELECTIONS", "FakeClock", "SimulatedDesktop"]
PROBE_EVERY = 60.0  # seconds
START_BOOT = 1_000.0
START_WALL = 1_790_000_000.0  # an afternoon in September 2026
LOOK = 0.02
"""Real seconds between two looks at a stop, which cannot wake this clock."""
HOUR = 3600.0
LOCKS = (
    LockSource(name="GNOME", standing=Standing.BLANKS, seconds=300.0),
    LockSource(name="systemd-logind", standing=Standing.NEVER, managed=True),
)


class FakeClock:
    """A Clock in the hand of a test; every thread that waits on it wakes when it is moved."""

    def __init__(self, *, boot: float = START_BOOT, wall: float = START_WALL) -> None:
        self._moved = threading.Condition()
        self._boot = boot
        self._wall = wall
        self._ends: list[float] = []

    def now(self) -> Moment:
        """Return the present moment."""
        with self._moved:
            return Moment(boot=self._boot, wall=self._wall)

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        with self._moved:
            self._boot += seconds
            self._wall += seconds
            self._moved.notify_all()

    def jump_wall(self, seconds: float) -> None:
        """Set the wall clock forward or back; boot time does not change."""
        with self._moved:
            self._wall += seconds

    def wait(self, stop: Stop, seconds: float) -> bool:
        """Wait until the clock was moved by `seconds`, or `stop` is set; tell whether it was."""
        with self._moved:
            end = self._boot + seconds
            self._ends.append(end)
            self._moved.notify_all()
            try:
                while self._boot < end and not stop.is_set():
                    self._moved.wait(LOOK)
            finally:
                self._ends.remove(end)
        return stop.is_set()

    def settle(self, sleepers: int = 1, *, within: float = 10.0) -> None:
        """Wait, in real time, until `sleepers` threads wait on this clock for a time to come.

        After `advance` this means that those it woke did their work and wait again.

        Raises:
            TimeoutError: they do not within that many seconds.

        """
        end = time.monotonic() + within
        with self._moved:
            while (waiting := sum(each > self._boot for each in self._ends)) < sleepers:
                if time.monotonic() > end:
                    raise TimeoutError(f"{waiting} of {sleepers} threads wait on the clock")
                self._moved.wait(LOOK)


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


def healthy_facts(at: Moment) -> Iterator[Fact]:
    """Yield the facts; of listeners, programs and software it names what every desk has."""
    yield LockLimitsSeen(at=at, sources=LOCKS)
    yield DisksSeen(at=at, volumes=(Volume(mount="/", encrypted=True),))
    yield FirewallSeen(at=at, on=True, product="nftables")
    yield AntivirusSeen(at=at, products=(Protection(product="ClamAV", on=True, current=True),))
    yield ListenersSeen(at=at, listeners=(Listener(port=631, protocol="tcp", program="cupsd"),))
    yield ProgramsSeen(at=at, images=frozenset({"crm", "softphone"}))
    yield SoftwareSeen(
        at=at,
        items=(
            Software(
                name="Debian GNU/Linux",
                version="13",
                vendor="Debian",
                source="dpkg",
                kind=Kind.SYSTEM,
                edition="debian",
            ),
            Software(name="bash", version="5.2.37", vendor="Debian", source="dpkg", kind=Kind.PART),
        ),
    )
    yield FolderAccessSeen(
        at=at,
        folders=(
            FolderAccess(path="/home/agent/Documents", others_read=False, others_write=False),
        ),
    )
    yield BackupSeen(at=at, newest=at.wall - HOUR, source="simulated")
    yield UsbSeen(at=at)
    yield AutoLogonSeen(at=at, on=False)
    yield RemoteSessionSeen(at=at)
    yield ClipboardHistorySeen(at=at)
    yield NetworksSeen(at=at, wireless=True, wifi=("protected",))
    yield PrintJobsSeen(at=at)
    yield ScreenSharesSeen(at=at)
    yield VpnSeen(at=at, links=(VpnLink(kind="wireguard", name="wg0"),))
    own = Updater(program="unattended-upgrades", on=True, looked=at.wall - HOUR, system=True)
    yield UpdatersSeen(at=at, updaters=(own,))
    yield PatchesSeen(at=at, looked=at.wall - HOUR, installed=at.wall - HOUR, security=0)
