"""Facts of the machine, each read by a probe; `unread` tells why a fact could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.messages import Message, say
from agentguard.model.moments import Wall
from agentguard.model.software import ProgramMatcher
from agentguard.model.vendors import ClassTeller

STILL_ASKING = "still-asking"
"""The `unread` of a fact for which the system was asked, and has not answered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Event):
    """A fact of the machine; `unread` is an id of resources/text (under `unread`) or empty.

    `by_keeper` tells that the keeper of this computer asked for it, as the system.
    `asked` is the local time, with its date when that was not today, since which the system owes an
    answer; empty where it owes none.
    """

    unread: str = ""
    asked: str = ""
    by_keeper: bool = False

    @property
    def why(self) -> Message:
        """Why it could not be read."""
        if self.asked and self.unread in {"", STILL_ASKING}:
            return say("unread.asked-since", time=self.asked)
        return Message(id=f"unread.{self.unread}")

    @property
    def gaps(self) -> tuple[Message, ...]:  # noqa: D102 - inherited
        return (self.why,) if self.unread else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A fixed disk's volume: `encrypted` is None when it could not be told."""

    mount: str
    encrypted: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisksSeen(Fact):
    """The volumes that hold the system and the users' data."""

    volumes: tuple[Volume, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallSeen(Fact):
    """The host firewall: `on` is None when it could not be told.

    `agreed` is False where the rules in force tell it and a setting beside them says the opposite.
    """

    on: bool | None = None
    product: str = ""
    agreed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """An antivirus or EDR product; `current` tells whether its signatures are fresh."""

    product: str
    on: bool | None
    current: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AntivirusSeen(Fact):
    """The antivirus and EDR products that are installed."""

    products: tuple[Protection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A socket that other machines can reach; `program` is empty when it could not be told.

    `hers` tells that its process runs as the person at the desk, who can close it.
    """

    port: int
    protocol: str
    program: str
    hers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenersSeen(Fact):
    """The sockets that listen on other than loopback addresses."""

    listeners: tuple[Listener, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramsSeen(Fact):
    """The image names of the running programs, in lower case, without `.exe`.

    `signed` has image and signer where the system tells who signed a program.
    """

    images: frozenset[str] = frozenset()
    signed: frozenset[tuple[str, str]] = frozenset()


class Kind(StrEnum):
    """What an item of the inventory is.

    The operating system, a package of its own, a program, a runtime that programs share (found by
    its own keys), or an extension of a browser.
    """

    SYSTEM = "system"
    PART = "part"
    PROGRAM = "program"
    RUNTIME = "runtime"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """An installed program as its package manager names it.

    `edition` is the system's: Windows' EditionID, or the ID of os-release. A part is a package that
    the system's maker keeps up as long as the system itself. What is not known is empty.

    `arch` is x64, x86 or arm64; `scope` is machine, user, or other-user (of whom no name is kept);
    `channel` is the way its updates take, such as stable, beta, ltsr or one of Office's. `ident` is
    the strongest name that it has: an MSI's upgrade code, a package's family or name, an
    extension's id. An extension has the browser that is its `host`, and its `permissions`.
    """

    name: str
    version: str
    vendor: str
    source: str
    kind: Kind = Kind.PROGRAM
    edition: str = ""
    arch: str = ""
    scope: str = ""
    channel: str = ""
    signer: str = ""
    ident: str = ""
    host: str = ""
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareSeen(Fact):
    """The installed software of every source that could be read."""

    items: tuple[Software, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """When the release line of an operating system ends.

    It is known by its edition (a pattern of Windows' EditionID, or the ID of os-release) and by
    `prefix`, which begins the version. Until `extended` there are updates for those who pay;
    revisions of the build from `extended_from` on come to nobody else.
    """

    product: str
    editions: tuple[str, ...]
    prefix: str
    ends: date
    source: str
    extended: date | None = None
    extended_from: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The monthly fixes of a build of Windows: the day of each, and the lowest revision with it.

    A `server` has revisions of its own, also where a client has its build.
    """

    build: int
    monthly: tuple[tuple[date, int], ...]
    server: bool = False

    def month_of(self, revision: int) -> date | None:
        """Return the day of the last monthly fix that a revision has; None before the first."""
        return max((day for day, least in self.monthly if least <= revision), default=None)

    def lacked_by(self, revision: int) -> date | None:
        """Return the day of the first monthly fix that a revision lacks; None where none is."""
        return min((day for day, least in self.monthly if least > revision), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel of Microsoft 365 Apps: build and day of each release, the oldest first."""

    name: str
    releases: tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecyclesKnown(Fact):
    """The lifecycle catalogue: lines of systems, Windows' builds, and what knows programs.

    `office` are the channels of Microsoft 365 Apps, whose programs have no release lines.
    `classes` knows what programs are for.
    """

    lines: tuple[Lifecycle, ...] = ()
    builds: tuple[Build, ...] = ()
    office: tuple[Channel, ...] = ()
    compiled: date | None = None
    programs: ProgramMatcher | None = None
    classes: ClassTeller | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderAccess:
    """Who but the owner may read or write a folder; None when it could not be told.

    `hers` tells that the owner is the person at the desk, who can end the others' access.
    """

    path: str
    others_read: bool | None
    others_write: bool | None
    hers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderAccessSeen(Fact):
    """The access rights of the data folders."""

    folders: tuple[FolderAccess, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSeen(Fact):
    """The newest backup: wall time in seconds since 1970, None when there is none."""

    newest: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFile:
    """A file that is older than its retention rule allows."""

    path: str
    rule: str
    age_days: int
    waits: bool = False
    """Whether only the wall clock says so, and that time was not lived through: it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSeen(Fact):
    """The files that are past their age: `count` of them, of which `old` lists at most 1,000.

    Of these `waiting` stay until the time is lived through, or the endpoint confirms it.
    `soon` files will be within `days`, the first of them; `held` tells that a legal hold keeps all.
    """

    rules: int = 0
    old: tuple[OldFile, ...] = ()
    count: int = 0
    soon: int = 0
    days: int = 0
    held: bool = False
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSeen(Fact):
    """By how many `seconds` the clock of this start is off all that is plausible, 0 once known.

    `before` is what to think of the wall clock until then.
    """

    seconds: float = 0.0
    before: Wall | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenHeld(Fact):
    """Files of the vault that may not be kept: `count`, and `hours` until the last one goes.

    `held` tells that a legal hold keeps them; `stuck` counts those that are past their time,
    `waiting` those that are so by the wall clock alone.
    """

    count: int = 0
    hours: int = 0
    held: bool = False
    stuck: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRecord:
    """Since when a lesson is this person's, and when last done: wall seconds since 1970.

    It comes up with the one and `every_days` after the other, and then gives `due_days`, None for
    those of the policy. `starters` says that it is for people in their first week.
    """

    lesson: str
    every_days: int
    known: float
    answered: float | None = None
    title: str = ""
    due_days: int | None = None
    starters: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSeen(Fact):
    """The lessons with their records; comes at the start, daily and after every answer."""

    lessons: tuple[LessonRecord, ...] = ()
