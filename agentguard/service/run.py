"""The keeper's round: it looks, starts what is missing, and tells of it, until it is stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from agentguard.base.errors import PlatformError
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.revival import Drilled
from agentguard.ports.session_host import Desks
from agentguard.service import keeper_status as written
from agentguard.service.keeper_status import Standing
from agentguard.service.restart_drill import RestartDrill
from agentguard.service.watch import Happening, Look, Watch

LOG = logging.getLogger(__name__)

LOOK = 2.0
FILES = 600.0
WRITTEN = 60.0
ENROL = 300.0
ASLEEP = 30.0
"""Seconds between two looks at the sessions, at the program's own files, two notes of it, and two
tries to enrol an agent; and a pause between two rounds after which the computer has slept."""


class Told(Protocol):
    """Who is told; `outcome` says what became of it."""

    @property
    def outcome(self) -> Standing:
        """What became of the reports."""
        ...

    def tell(self, standing: Standing, happened: tuple[Happening, ...] = ()) -> None:
        """Take how the desks stand, and what happened."""
        ...

    def code(self) -> str:
        """Ask for a code for an agent; empty when there is none to be had now."""
        ...


@dataclass(slots=True, kw_only=True)
class Keeper:
    """The keeper of one computer.

    `gone` gives the program's files that are gone, `wanted` tells whether agents are to be started;
    `drill` is None where the system starts agents and not the keeper.
    """

    folder: Path
    desks: Desks
    clock: Clock
    told: Told
    gone: Callable[[], tuple[str, ...]]
    wanted: Callable[[], bool] = lambda: True
    drill: RestartDrill | None = None
    watch: Watch = field(init=False)
    _on: frozenset[str] = frozenset()
    _files: tuple[str, ...] = ()
    _enrolling: dict[str, float] = field(default_factory=dict)
    _asked: bool = False
    _looked: float | None = None
    _round: float | None = None
    _last: Standing = field(default_factory=Standing)
    _wrote: float = float("-inf")

    def __post_init__(self) -> None:
        self.watch = Watch(starts=self.desks.starts)

    def run(self, stop: Stop, rest: Callable[[float], None]) -> None:
        """Look again and again until `stop` is set; `rest` waits, at most so many seconds."""
        self.desks.begin()
        while not stop.is_set():
            self.round()
            rest(min(LOOK, self.watch.until_due(self.clock.now().boot)))
        if self.drill is not None:
            self.drill.stop()
        self.desks.begin()  # nothing is left behind that would tell an agent to end
        self._write(msgspec.structs.replace(self._last, problem="stopped"))

    def round(self) -> None:
        """Look once, and do what is to be done."""
        now, self._asked = self.clock.now(), False
        if self._round is not None and now.boot - self._round > ASLEEP:
            self.watch.woke(now.boot)
        self._round = now.boot
        try:
            look = self._look(now.boot)
        except PlatformError as error:
            LOG.warning("the sessions cannot be seen: %s", error.title)
            return
        self._enrolling = {s: due for s, due in self._enrolling.items() if s in self._on}
        for session in look.start:
            self._start(session)
        for session in self._on - set(look.start):
            if self._enrol(session):
                self.watch.renew(session)
                self.desks.renew(session)
        self._drilled(now.boot)
        ended = any(one.what.value.endswith("ended") for one in look.happened)
        if ended or self._looked is None or now.boot - self._looked >= FILES:
            self._look_at_files(now.boot)
        self._tell(look.happened)

    def _look(self, now: float) -> Look:
        if self.desks.ending():
            self.watch.ended(now)
            if not self.watch.upgrading(now):
                self.desks.begin()
                self.watch.begin_again()
        self._on = self.desks.sessions() if self.wanted() else frozenset[str]()
        guarded = self.desks.guarded()
        return self.watch.look(now, self._on, guarded, self.desks.ends())

    def _start(self, session: str) -> None:
        self._enrol(session)  # before: an agent looks for its enrolment as it begins
        try:
            self.desks.start(session)
        except PlatformError as error:
            LOG.warning("the agent was not started: %s", error.title)

    def _enrol(self, session: str) -> bool:
        """Enrol the agent of a session, unless it is; tell whether it has just been.

        One code is asked for in a round: an endpoint that does not answer would hold up the look at
        all sessions, and systemd would end a keeper that is silent for a minute.
        """
        now = self.clock.now().boot
        if now < self._enrolling.get(session, now) or not self.told.outcome.device:
            return False
        self._enrolling[session] = now + ENROL
        try:
            if self.desks.enrolled(session):
                # Where the keeper starts agents it is asked for good, elsewhere it may ask later.
                self._enrolling[session] = float("inf") if self.desks.starts else now
                return False
            if self._asked:
                self._enrolling[session] = now
                return False
            self._asked = True
            code = self.told.code()
            return bool(code) and self.desks.enrol(session, code)
        except PlatformError as error:
            LOG.warning("the agent was not enrolled: %s", error.title)
            return False

    def _drilled(self, now: float) -> None:
        """Go on with the keeper's own drill; an upgrade needs the program's files for itself."""
        if self.drill is None:
            return
        if self.watch.upgrading(now):
            self.drill.stop()
        else:
            self.drill.round(self._on)

    def _look_at_files(self, now: float) -> None:
        self._looked = now
        try:
            self._files = self.gone()
        except OSError as error:
            LOG.warning("the program's files cannot be looked at: %s", type(error).__name__)

    def _tell(self, happened: tuple[Happening, ...]) -> None:
        now, watch, outcome = self.clock.now(), self.watch, self.told.outcome
        drilled = self.drill.newest if self.drill is not None else Drilled()
        standing = Standing(
            at=now.iso,
            sessions=watch.sessions,
            missing=watch.missing,
            failing=watch.failing,
            settled=watch.settled(now.boot),
            gone=len(self._files),
            lost=Path(self._files[0]).name if self._files else "",
            upgrading=watch.upgrading(now.boot),
            reported=outcome.reported,
            problem=outcome.problem,
            device=outcome.device,
            proxy=outcome.proxy,
            named_by=outcome.named_by,
            drilled=drilled.outcome,
            drilled_ms=round(drilled.seconds * 1000),
            drilled_at=drilled.at,
        )
        self.told.tell(standing, happened)
        same = msgspec.structs.replace(standing, at=self._last.at) == self._last
        if not same or now.boot - self._wrote >= WRITTEN:
            self._write(standing)

    def _write(self, standing: Standing) -> None:
        try:
            written.write(self.folder, standing)
        except OSError as error:
            LOG.warning("the keeper's state could not be written: %s", type(error).__name__)
        else:
            self._last, self._wrote = standing, self.clock.now().boot
