"""More facts of the machine: what is plugged in, who signs in, networks, updates, changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbStorage:
    """A stick, disk or card reader at a USB port: what it says of itself, never its number."""

    vendor: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbSeen(Fact):
    """The USB storage that is plugged in."""

    devices: tuple[UsbStorage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoLogonSeen(Fact):
    """Whether the computer signs somebody in by itself; the user's name is not told."""

    on: bool | None = None
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSessionSeen(Fact):
    """Whether the session is shown on another computer; `protocol` is empty when it is not.

    `clipboard` tells whether what is copied can leave it, `drives` whether it has the drives of
    the computer that shows it; None when that could not be told.
    """

    protocol: str = ""
    clipboard: bool | None = None
    drives: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipboardHistorySeen(Fact):
    """What keeps a history of the clipboard; `sent` when it goes to other devices as well."""

    kept: bool = False
    sent: bool = False
    products: tuple[str, ...] = ()


class Removal(StrEnum):
    """How it ended to take a copy out of the system's history of the clipboard."""

    REMOVED = "removed"
    """It was there, and a later look did not find it."""
    ABSENT = "absent"
    """The history never had it."""
    KEPT = "kept"
    """It is still there, as a pinned entry may be."""
    DENIED = "denied"
    """The history lets this program see nothing."""
    DISABLED = "disabled"
    """There is no history: it is off."""
    UNKNOWN = "unknown"
    """Nobody told: the system has no such history, or does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryCleaned(Event):
    """What was taken off the clipboard was looked for in the system's history of it."""

    removal: Removal


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworksSeen(Fact):
    """The wireless networks that are in use: how they are protected, no names.

    That is `open`, `weak` (WEP), `protected`, or `unknown` where it could not be told. `wireless`
    is False where the computer has no wireless interface.
    """

    wireless: bool = False
    wifi: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VpnLink:
    """A VPN that is up: its `kind`, such as wireguard, and the name that it has on this computer.

    The name is for the policy's patterns alone, and is told to nobody.
    """

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VpnSeen(Fact):
    """The VPNs that are up, and `unchanged`: for how many seconds they have been just these.

    `domains` are what the networks in use call themselves (DNS suffixes), for the policy's list of
    offices alone; they are told to nobody.
    """

    links: tuple[VpnLink, ...] = ()
    domains: tuple[str, ...] = ()
    unchanged: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSharesSeen(Fact):
    """The programs that take pictures of the screen, or have just done so, by image name.

    `unread` may stand beside them: these were seen, and there may be others.
    """

    programs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    """What was printed, without its name: when it was done (wall seconds), where, how many pages.

    `printer` is local, network, file or other; `pages` None when that was not told. No system tells
    which program printed: `beside` has the programs that ran when it was first seen, by image name;
    None when it was seen too late to tell.
    """

    done: float
    printer: str
    pages: int | None = None
    beside: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJobsSeen(Fact):
    """What this session's user has printed in the last day."""

    jobs: tuple[PrintJob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchesSeen(Fact):
    """The state of updates; times are wall seconds since 1970, None when they are not known.

    `reboot` is since when a restart is due, None for none; `looked` when updates were last looked
    for, `installed` when packages last changed; `security` how many security updates wait, which
    `waiting` names. The first of these came out by `oldest` at the latest, and at `earliest` at the
    soonest. `build` is that of Windows with its revision, as 26100.9168, and `server` whether it is
    a server's.
    """

    reboot: float | None = None
    looked: float | None = None
    installed: float | None = None
    security: int | None = None
    oldest: float | None = None
    earliest: float | None = None
    waiting: tuple[str, ...] = ()
    build: str = ""
    server: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Updater:
    """What keeps a program up to date by itself, and how it stands; times are wall seconds.

    `on` is None when it could not be told. `looked` is when it last looked for a newer version,
    `brought` when it last brought one, which may be long ago without harm. With `waits` a newer
    version is there, and comes into use when the program is started anew; since `ready`, where that
    is told. `channel` is that of Microsoft 365 Apps, by whose builds its version is dated. A
    `system` one is the system's own, which no person starts; a `pinned` one is kept at a version.
    """

    program: str
    on: bool | None
    maker: str = ""
    version: str = ""
    channel: str = ""
    looked: float | None = None
    brought: float | None = None
    waits: bool = False
    ready: float | None = None
    system: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatersSeen(Fact):
    """The updaters of browsers and of Office, and those that install the system's updates."""

    updaters: tuple[Updater, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A watched file that is not as it was: `how` is changed, gone or new, `since` wall time."""

    path: str
    how: str
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesSeen(Fact):
    """The watched files: how many there are, and those that are not as their baseline says.

    `first` says that some were seen for the first time, so that there is nothing to compare yet.
    """

    watched: int = 0
    changed: tuple[ChangedFile, ...] = ()
    first: bool = False
