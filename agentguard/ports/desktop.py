"""What a desktop can do for us; any capability may be absent, and then says why.

Every method may raise PlatformError, which says that the desktop refused or did not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from agentguard.base.errors import PlatformError
from agentguard.model.events import Event
from agentguard.model.machine import Removal
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.ports.authenticators import Authenticator
from agentguard.ports.clock import Stop
from agentguard.ports.foreground import Foreground
from agentguard.ports.revival import Revival


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A capability that this desktop does not give, and why."""

    reason: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReading:
    """The session now: `idle` seconds without input, `locked` None when no source can tell.

    `active` is False while another user's session is in front of it; None when nobody can tell.
    """

    idle: float | None
    locked: bool | None
    source: str
    active: bool | None = None


class Session(Protocol):
    """The user's session."""

    def read(self) -> SessionReading:
        """Read idle time and lock state; fast enough to be called each second."""
        ...

    def lock(self) -> None:
        """Ask for the lock. Returning proves nothing: `read` confirms it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """What was copied, in another form than text; `data` is the form's own markup."""

    kind: Literal["html", "rtf", "csv", "files"]
    data: str

    def __repr__(self) -> str:
        return f"Flavour(kind={self.kind!r}, {len(self.data)} characters)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What is on the clipboard: only ever a local variable of the sensor.

    `marked` says that the owner wants it kept nowhere, as private windows of browsers and password
    managers do; `secret` that for this reason it was not read, because a known password manager
    copied it. `whole` is False when it was longer than asked for, or a part did not come in time.
    `own` says that the agent put it there.
    """

    text: str
    app: str
    secret: bool = False
    marked: bool = False
    whole: bool = True
    flavours: tuple[Flavour, ...] = ()
    own: bool = False

    def __repr__(self) -> str:
        return f"Copied(app={self.app!r}, {len(self.text)} characters)"


Spared = Callable[[str], bool]
"""Tells of a program's name whether it is a known password manager."""


def nobody(_program: str) -> bool:
    """Know of no password manager."""
    return False


class Clipboard(Protocol):
    """The session's clipboard."""

    @property
    def selections(self) -> tuple[str, ...]:
        """The selections there are, such as CLIPBOARD and PRIMARY."""
        ...

    def watch(self, changed: Callable[[str], None], stop: Stop) -> None:
        """Call `changed(selection)` for each at once and at every change of owner, until `stop`.

        Changes of a selection that come while `changed` runs are told once: the newest wins.
        """
        ...

    def read(
        self, selection: str, *, limit: int, seconds: float, spared: Spared = nobody
    ) -> Copied | None:
        """Read at most `limit` characters within `seconds`; None when there is no text.

        What a `spared` program owns and marks as no monitor's business is not read.
        """
        ...

    def clear(self, selection: str) -> bool:
        """Empty the selection; False when it changed since it was read. From any thread."""
        ...


@runtime_checkable
class Replaceable(Protocol):
    """A clipboard on which a text can be put in place of what was read last."""

    def replace(self, selection: str, text: str) -> bool:
        """Put `text` there, marked as not to be kept; False when it changed since it was read."""
        ...


class DrillClipboard(Protocol):
    """A place like the clipboard that no person's program knows, for drills."""

    @property
    def clipboard(self) -> Clipboard:
        """What watches, reads and clears it, as it does the session's."""
        ...

    def offer(self, text: str, stop: Stop) -> None:
        """Copy a text there as a program would, and hand it over until `stop`; may raise."""
        ...


class ClipboardHistory(Protocol):
    """The system's own history of the clipboard."""

    def remove(self, wanted: Callable[[str | None, float], bool]) -> Removal:
        """Remove every entry that is wanted, by its text and the wall time of its coming.

        REMOVED says that each was given up, not yet that it is gone. May take seconds.
        """
        ...


class Calls(Protocol):
    """Who listens to the microphone, from which a call is known."""

    def recording(self) -> tuple[str, ...]:
        """Return the programs that record from a microphone now, by image name, each once."""
        ...


class Notifier(Protocol):
    """The desktop's own notifications; may be swallowed, so never the only way."""

    def notify(self, title: str, body: str) -> None:
        """Show a notification."""
        ...


class Pictured(StrEnum):
    """What a picture of the screen (a capture, a recording, a shared screen) shows of a window."""

    WINDOW = "window"
    """The window itself."""
    BENEATH = "beneath"
    """What is beneath it, as if it were not there."""
    BLACK = "black"
    """A black surface of its size."""


class Capture(Protocol):
    """Keeps this program's own windows out of the pictures that others take of the screen."""

    def show(self, window: int, wanted: Pictured) -> Pictured:
        """Have pictures show this of a window; give what they show by the system's own word.

        Where `BENEATH` cannot be had it may be `BLACK`; never is it `WINDOW` when another was
        wanted: then it raises.
        """
        ...

    def tried(self) -> Pictured:
        """Try it with a window that nobody sees, and give what a picture would show of it."""
        ...


class Weight(StrEnum):
    """How much an entry of the system's log matters."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


class SystemLog(Protocol):
    """The system's own log, which administrators collect; what it refuses is lost to it alone."""

    def write(self, event: int, weight: Weight, text: str) -> None:
        """Write one line under an id; may take as long as the system likes."""
        ...

    def tried(self) -> bool:
        """Open it without writing; tell whether it shows our lines without words of its own."""
        ...


class Sleep(Protocol):
    """Knows when the computer goes to sleep."""

    def watch(self, tell: Callable[[bool], None], stop: Stop) -> None:
        """Call `tell(True)` before it sleeps and `tell(False)` when it woke, until `stop`.

        The system waits for `tell(True)`, a few seconds at most. May raise PlatformError.
        """
        ...


class StillAsking(PlatformError):
    """The system was asked `seconds` ago and has not answered yet; it is not asked twice."""

    def __init__(self, question: str, seconds: float) -> None:
        super().__init__(f"The system has been asked for {question} for {seconds:.0f} s.")
        self.seconds = seconds


def nothing_open() -> float | None:
    """Know of no question that is open."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Reads one fact of the machine every `every` seconds; `read` may take seconds.

    A StillAsking says that the fact of before stands for now. `open` gives the seconds for which a
    question of the probe has been open, None where none is.
    """

    name: str
    every: float
    read: Callable[[Moment, Policy], Event]
    open: Callable[[], float | None] = nothing_open


def no_battery() -> bool | None:
    """Know of no battery."""
    return None


def no_drives() -> frozenset[str]:
    """Know of no drive letters."""
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """All that one system gives; each door file of `platforms` opens one.

    `on_battery` tells whether the computer runs on its battery; None when that cannot be told.
    `network_drives` gives the drive letters that lie on other computers, touching none. `sleep` is
    None where nobody tells when the computer sleeps, `clipboard_history` where there is none of the
    system's own. `settings_pages` gives, by check, the address under which the system opens the
    page where a person mends it. `make_private` ends everybody else's access to a folder, where
    that can be done without an administrator. `drill_clipboard` makes a place like the clipboard
    for drills, where there can be one without touching the person's. `revival` is what starts an
    agent again that was ended, where an agent may try it.
    """

    name: str
    session: Session | Absent
    clipboard: Clipboard | Absent
    foreground: Foreground | Absent
    calls: Calls | Absent
    notifier: Notifier | Absent
    probes: tuple[Probe, ...]
    on_battery: Callable[[], bool | None] = no_battery
    network_drives: Callable[[], frozenset[str]] = no_drives
    capture: Capture | Absent = Absent(reason=say("desktop.no-capture"))
    system_log: SystemLog | Absent = Absent(reason=say("desktop.no-system-log"))
    authenticator: Authenticator | Absent = Absent(reason=say("desktop.no-authenticator"))
    sleep: Sleep | None = None
    clipboard_history: ClipboardHistory | None = None
    settings_pages: Mapping[str, str] = field(default_factory=dict)
    make_private: Callable[[str], None] | None = None
    drill_clipboard: Callable[[], DrillClipboard] | None = None
    revival: Revival | None = None


def nothing(why: Message) -> Backend:
    """Return what is left of a desktop that could not be opened at all."""
    absent = Absent(reason=why)
    return Backend(
        name="none",
        session=absent,
        clipboard=absent,
        foreground=absent,
        calls=absent,
        notifier=absent,
        probes=(),
    )
