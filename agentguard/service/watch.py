"""Decides, and does nothing: when an agent is missing, when it is started again, what is told.

The rules, for each session where somebody is logged on:

1. A session that never had an agent gets one at once.
2. One whose agent has ended gets it again at once; from the third time on after 2 s, from the tenth
   on after 4 s. It begins anew once one has lived for 10 minutes. There is no end to it: whoever
   could end an agent often enough would else have none.
3. Five ends within two minutes are told, once until it is up for that long again: the program
   cannot live there, or somebody ends it. The start goes on; its ends are not told one by one.
4. Agents that were told to end are not started for 10 minutes, and are not missed meanwhile.
5. Missing is a session without an agent for 15 s: a start takes some.
6. In a session that was guarded for a minute, by whichever processes, an agent must be heard by the
   endpoint (`settled`): one that is started anew again and again would else never be.
7. An agent that ended because its session is ending is no end, and not started for 30 s: a program
   that is started in such a session shows a fault and dies. Where the session goes on all the same,
   the end is told then, and the agent starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from types import MappingProxyType

from agentguard.ports.session_host import HUNG, SIGNED_OUT

AT_ONCE = 2
TRIES = 10
WAIT = 2.0
LONGEST_WAIT = 4.0
HEALTHY = 600.0
ENDS = 5
WINDOW = 120.0
UPGRADE = 600.0
MISSED = 15.0
SETTLED = 60.0
SIGN_OUT = 30.0
"""Seconds, but AT_ONCE, TRIES and ENDS: rules 2 to 7 above; WINDOW is that of ENDS."""
CRASHED = 0xC0000000
"""The least exit code that Windows itself gives: an NTSTATUS of severity *error* ([MS-ERREF])."""


ENDED_BY_SYSTEM = 0x40010004
"""DBG_TERMINATE_PROCESS: what Windows ends the programs with that are left when a session ends."""
SIGNS_OUT = frozenset({SIGNED_OUT, ENDED_BY_SYSTEM})


STOOD_STILL = "hung"
"""How an agent ended that gave no sign of life: its other half or the keeper ended it."""


class What(Enum):
    """What has happened; the values are kinds of events on the wire."""

    DIED = "keeper.agent-ended"
    STARTED = "keeper.agent-started"
    MISSING = "keeper.agent-missing"
    BACK = "keeper.agent-back"
    FAILING = "keeper.agent-failing"
    REMOVED = "keeper.removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that has happened in a session; `how` a failing agent ended, or one that hung."""

    what: What
    session: str
    how: str = ""


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
    failing: bool = False
    guarded: float | None = None
    renewing: bool = False
    leaves: bool = False
    tries: int = 0
    ends: list[float] = field(default_factory=list)
    crashes: int = 0


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
    def failing(self) -> int:
        """The number of sessions whose agent ended again and again of late."""
        return sum(one.failing for one in self._sessions.values())

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
            one.tries, one.ends, one.crashes, one.failing = 0, [], 0, False

    def until_due(self, now: float) -> float:
        """Return the seconds until the next start is due; infinite where none is awaited."""
        waiting = (one.due - now for one in self._sessions.values() if not one.process)
        return max(0.0, min(waiting, default=inf)) if self._starts else inf

    def look(
        self,
        now: float,
        on: Iterable[str],
        guarded: Mapping[str, str],
        codes: Mapping[str, int] = MappingProxyType({}),
    ) -> Look:
        """Compare the sessions with the agents that run, and decide.

        `codes` has the exit codes of agents that have ended since the last look, where known.
        """
        on = frozenset(on)
        self._sessions = {name: one for name, one in self._sessions.items() if name in on}
        start: list[str] = []
        happened: list[Happening] = []
        for name in sorted(on):
            one = self._sessions.setdefault(name, _Session(lost=now, due=now))
            told = [*self._seen(one, guarded.get(name, ""), now, codes.get(name))]
            if one.process and one.guarded is None:
                one.guarded = now
            if self.upgrading(now):
                one.lost, one.guarded, one.leaves = now, None, False
            elif not one.process:
                told += _without(one, now)
                if self._starts and now >= one.due:
                    start.append(name)
                    _count(one, now)
            how = {What.FAILING: "crashed" if one.crashes >= ENDS else "ended"}
            if codes.get(name) == HUNG:
                how[What.DIED] = STOOD_STILL
            happened += [Happening(what=what, session=name, how=how.get(what, "")) for what in told]
        return Look(start=tuple(start), happened=tuple(happened))

    def _seen(self, one: _Session, process: str, now: float, code: int | None) -> Iterable[What]:
        """Compare the agent with the one that was there; one may come and go between two looks."""
        if process == one.process and (process or code is None):
            _lives(one, now)
            return
        died = not (self.upgrading(now) or one.renewing) and (bool(one.process) or not process)
        one.process, one.renewing, known = process, False, one.failing
        if died and not process and code in SIGNS_OUT:
            one.leaves, one.lost, one.due = True, now, now + SIGN_OUT
            return
        yield from _stayed(one)
        if died and _fails(one, now, code or 0):
            yield from (What.DIED, What.FAILING)
        elif died and not known:
            yield What.DIED
        if not process:
            one.lost = now
            one.due = now + (_pause(one.tries) if died else 0.0)
            return
        one.since, back, one.missed = now, one.missed, False
        if back or not known:
            yield What.BACK if back else What.STARTED


def _lives(one: _Session, now: float) -> None:
    """Forget what came before once an agent has lived long enough."""
    if one.process and now - one.since >= HEALTHY:
        one.tries = 0
    if one.process and now - one.since >= WINDOW:
        one.failing, one.ends, one.crashes = False, [], 0


def _fails(one: _Session, now: float, code: int) -> bool:
    """Count an end; tell whether it is now to be told that the agent does not stay up."""
    recent = [at for at in one.ends if now - at < WINDOW]
    one.crashes = (one.crashes if recent else 0) + 1 if code >= CRASHED else 0
    one.ends = [*recent, now]
    told, one.failing = one.failing, one.failing or len(one.ends) >= ENDS
    return one.failing and not told


def _stayed(one: _Session) -> Iterable[What]:
    """Say that the agent ended after all, of a session that was to end and did not."""
    if one.leaves:
        one.leaves = False
        yield What.DIED


def _without(one: _Session, now: float) -> Iterable[What]:
    """Say what is to be said of a session without an agent."""
    if one.leaves:
        one.lost, one.guarded = now, None
        if now < one.due:
            return
    yield from _stayed(one)
    if not one.missed and now - one.lost >= MISSED:
        one.missed, one.guarded = True, None
        yield What.MISSING


def _count(one: _Session, now: float) -> None:
    """Count a start; whether it has come to life shows in the next looks."""
    one.tries += 1
    one.due = now + max(WAIT, _pause(one.tries))


def _pause(tries: int) -> float:
    """Return how long after an end the next start is due, when so many came before it."""
    if tries <= AT_ONCE:
        return 0.0
    return WAIT if tries < TRIES else LONGEST_WAIT
