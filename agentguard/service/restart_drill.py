"""The keeper's own drill: a stand-in is killed, and the keeper's own rules must start it again.

Once a day, and soon after the keeper began. The stand-in is a process of somebody who is logged on,
started as an agent is, that does nothing. No agent is touched, and none of it is told as an end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from agentguard.base.errors import PlatformError
from agentguard.ports.revival import FAILED, PASSED, Drilled
from agentguard.ports.session_host import StandIn
from agentguard.service.watch import Watch

LOG = logging.getLogger(__name__)

FIRST, EVERY, WITHIN = 120.0, 86_400.0, 60.0
"""Seconds from the keeper's start to the first, between two, and in which one has to be over."""


@dataclass(slots=True, kw_only=True)
class RestartDrill:
    """Goes on by one step in each of the keeper's rounds; `boot` gives the boot time in seconds."""

    stand_in: StandIn
    boot: Callable[[], float]
    newest: Drilled = field(default_factory=Drilled)
    _due: float = field(init=False)
    _watch: Watch = field(default_factory=Watch)
    _session: str = ""
    _begun: float = 0.0
    _first: str = ""
    _killed: float | None = None

    def __post_init__(self) -> None:
        """Let the keeper do its own work first."""
        self._due = self.boot() + FIRST

    @property
    def under_way(self) -> bool:
        """Whether one is."""
        return bool(self._session)

    def round(self, sessions: frozenset[str]) -> None:
        """Begin one when it is due, or go on with the one that is under way."""
        now = self.boot()
        if not self._session:
            if now < self._due or not sessions:
                return
            self._session, self._begun = min(sessions), now
            self._watch, self._first, self._killed = Watch(), "", None
        if self._session not in sessions:  # who was logged on signs out: another time
            self._over(None)
            return
        try:
            self._step(now)
        except PlatformError as error:
            LOG.warning("the stand-in of a drill was not started: %s", error.title)
            self._over(Drilled(outcome=FAILED, at=now))

    def stop(self) -> None:
        """Leave nothing now; one that is under way is put off."""
        if self._session:
            self._over(None)

    def _step(self, now: float) -> None:
        process, session = self.stand_in.running(), self._session
        look = self._watch.look(now, {session}, {session: process} if process else {})
        if look.start:
            self.stand_in.start(session)
            process = self.stand_in.running()
        if process and not self._first:
            self._first = process
        elif process == self._first and process and self._killed is None:
            self._killed = self.boot()
            self.stand_in.kill()
        elif process and process != self._first and self._killed is not None:
            seen = self.boot()
            self._over(Drilled(outcome=PASSED, seconds=seen - self._killed, at=seen))
            return
        if now - self._begun > WITHIN:
            self._over(Drilled(outcome=FAILED, at=now))

    def _over(self, ended: Drilled | None) -> None:
        self.stand_in.end()
        self.newest = ended or self.newest
        self._session, self._due = "", self.boot() + (EVERY if ended is not None else FIRST)
