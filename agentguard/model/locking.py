"""When the screen locks by itself: every setting that has a say, and which of them wins.

A person is protected by the first lock that comes, so of all settings that lock the earliest wins;
one that another overrules (a group policy over the user's own choice) has no say, and one that only
blanks the screen is no lock. PCI DSS 8.2.8 wants a lock after 15 minutes at the latest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.facts import Fact


class Standing(StrEnum):
    """What a setting does when nobody is at the desk."""

    LOCKS = "locks"
    NEVER = "never"
    BLANKS = "blanks"
    OVERRULED = "overruled"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSource:
    """One setting: `name` is the product's own name for it, as an administrator knows it.

    `seconds` is the idle time until it acts, None when it never does or could not be read.
    `managed` says that only an administrator can change it; `by` names what overrules it.
    """

    name: str
    standing: Standing
    seconds: float | None = None
    managed: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockLimitsSeen(Fact):
    """The settings of this computer that lock the screen, in no order."""

    sources: tuple[LockSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyInput(Event):
    """Input came `times` times `seconds` apart, as of a jiggler; 0 for no more."""

    seconds: int
    times: int


class Asker(StrEnum):
    """Who asks for a lock that is not due by itself."""

    PERSON = "person"
    SHIFT_END = "shift-end"
    OFFICE = "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockAsked(Event):
    """Somebody wants the screen locked now."""

    by: Asker


class ShiftEnder(StrEnum):
    """Who says that a shift is over."""

    PERSON = "person"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftEnded(Event):
    """The shift is over."""

    by: ShiftEnder


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLeft(Event):
    """The agent ends, and took these selections off the clipboard, or could not."""

    cleared: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTried(Event):
    """A lock was asked for `times` times: the session confirmed it, or did not in 5 s each."""

    times: int
    confirmed: bool


def effective(sources: tuple[LockSource, ...]) -> LockSource | None:
    """Return the setting that locks first; None when none does."""
    locking = [s for s in sources if s.standing is Standing.LOCKS and s.seconds is not None]
    return min(locking, key=lambda s: (s.seconds or 0.0, not s.managed, s.name), default=None)


def all_read(sources: tuple[LockSource, ...]) -> bool:
    """Check whether every setting that may have a say could be read."""
    return bool(sources) and all(s.standing is not Standing.UNREAD for s in sources)
