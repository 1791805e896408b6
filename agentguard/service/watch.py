"""Decides, and does nothing: when an agent is missing, when it is started again, when no more.

The rules, for each session where somebody is logged on:

1. A session that never had an agent gets one at once.
2. One whose agent has ended gets it again after 5 s, and after twice as long (5 minutes at most)
   each time that the new one ends before it has lived for 10 minutes.
3. After 10 such tries, or more than 5 starts within 10 minutes, nothing is started for half an hour
   (safe mode): whatever ends it is no accident, and starting in a circle helps nobody.
4. Agents that were told to end are not started for 10 minutes, and are not missed meanwhile.
5. Missing is a session without an agent for 15 s: a start takes some.
6. In a session that was guarded for a minute, by whichever processes, an agent must be heard by the
   endpoint (`settled`): one that is started anew again and again would else never be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

FIRST_WAIT = 5.0
LONGEST_WAIT = 300.0
TRIES = 10
STARTS = 5
WINDOW = 600.0
HEALTHY = 600.0
SAFE = 1800.0
UPGRADE = 600.0
MISSED = 15.0
SETTLED = 60.0
"""Seconds, but TRIES and STARTS: rules 2 to 6 above; WINDOW is that of STARTS."""


class What(Enum):
    """What has happened; the values are kinds of events on the wire."""

    DIED = "keeper.agent-ended"
    STARTED = "keeper.agent-started"
    MISSING = "keeper.agent-missing"
    BACK = "keeper.agent-back"
    SAFE = "keeper.safe-mode"
    REMOVED = "keeper.removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that has happened in a session."""

    what: What
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look gives: sessions where an agent is to be started, and what has happened."""

    start: tuple[str, ...] = ()
    happened: tuple[Happening, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Session:
    """One session; times are boot time in seconds, None for never."""

    process: str = ""
    since: float = 0.0
    lost: float
    due: float
    missed: bool = False
    safe: float | None = None
    guarded: float | None = None
    renewing: bool = False
    tries: int = 0
    starts: list[float] = field(default_factory=list)


class Watch:
    """Remembers the sessions between looks; `starts` is False where the system starts agents."""

    def __init__(self, *, starts: bool = True) -> None:
        self._starts = starts
        self._sessions: dict[str, _Session] = {}
        self._told_to_end: float | None = None

    @property
    def missing(self) -> int:
        """The number of sessions whose agent is missing."""
        return sum(one.missed for one in self._sessions.values())

    @property
    def safe(self) -> int:
        """The number of sessions where nothing is started any more for a while."""
        return sum(one.safe is not None for one in self._sessions.values())

    @property
    def sessions(self) -> int:
        """The number of sessions where somebody is logged on."""
        return len(self._sessions)

    def settled(self, now: float) -> int:
        """Return the number of sessions whose agent the endpoint must hear by now."""
        every = (one.guarded for one in self._sessions.values())
        return sum(since is not None and now - since >= SETTLED for since in every)

    def woke(self, now: float) -> None:
        """Take note that the computer slept: its agents have yet to be heard again."""
        for one in self._sessions.values():
            one.guarded = None if one.guarded is None else now

    def renew(self, session: str) -> None:
        """Take note that the keeper itself lets a session's agent begin again: that is no end."""
        if session in self._sessions:
            self._sessions[session].renewing = True
            self._sessions[session].guarded = None

    def ended(self, now: float) -> None:
        """Take note that the agents were told to end."""
        if self._told_to_end is None:
            self._told_to_end = now

    def upgrading(self, now: float) -> bool:
        """Check whether agents that were told to end are still let be."""
        return self._told_to_end is not None and now - self._told_to_end < UPGRADE

    def begin_again(self) -> None:
        """Forget that agents were told to end, and all tries: the program may be another now."""
        self._told_to_end = None
        for one in self._sessions.values():
            one.tries, one.starts, one.safe = 0, [], None

    def look(self, now: float, on: Iterable[str], guarded: Mapping[str, str]) -> Look:
        """Compare the sessions with the agents that run, and decide."""
        on = frozenset(on)
        self._sessions = {name: one for name, one in self._sessions.items() if name in on}
        start: list[str] = []
        happened: list[Happening] = []
        for name in sorted(on):
            one = self._sessions.setdefault(name, _Session(lost=now, due=now))
            told = [*self._seen(one, guarded.get(name, ""), now)]
            if one.process and one.guarded is None:
                one.guarded = now
            if self.upgrading(now):
                one.lost, one.guarded = now, None
            elif not one.process:
                told += self._without(one, now)
                if self._due(one, now):
                    start.append(name)
                    self._count(one, now)
            happened += [Happening(what=what, session=name) for what in told]
        return Look(start=tuple(start), happened=tuple(happened))

    def _seen(self, one: _Session, process: str, now: float) -> Iterable[What]:
        """Compare the agent with the one that was there."""
        if process == one.process:
            if process and now - one.since >= HEALTHY:
                one.tries, one.safe = 0, None
            return
        died = bool(one.process) and not (self.upgrading(now) or one.renewing)
        one.process, one.renewing = process, False
        if died:
            yield What.DIED
        if process:
            one.since, one.safe = now, None
            yield What.BACK if one.missed else What.STARTED
            one.missed = False
        else:
            one.lost = now
            one.due = now + (_pause(one.tries) if died else 0.0)

    def _without(self, one: _Session, now: float) -> Iterable[What]:
        """Say what is to be said of a session without an agent."""
        if one.safe is None and self._starts and self._spent(one, now):
            one.safe = now
            yield What.SAFE
        if not one.missed and (now - one.lost >= MISSED or one.safe is not None):
            one.missed, one.guarded = True, None
            yield What.MISSING

    def _spent(self, one: _Session, now: float) -> bool:
        """Check whether another start would be one too many; only asked when one is due."""
        recent = [at for at in one.starts if now - at < WINDOW]
        return now >= one.due and (one.tries >= TRIES or len(recent) > STARTS)

    def _due(self, one: _Session, now: float) -> bool:
        if not self._starts or now < one.due:
            return False
        return one.safe is None or now - one.safe >= SAFE

    def _count(self, one: _Session, now: float) -> None:
        """Count a start; whether it has come to life shows in the next looks."""
        one.starts = [*(at for at in one.starts if now - at < WINDOW), now]
        one.due = now + _pause(one.tries)
        one.tries += 1
        if one.safe is not None:
            one.safe = now


def _pause(tries: int) -> float:
    return min(FIRST_WAIT * 2.0 ** min(tries, TRIES), LONGEST_WAIT)
