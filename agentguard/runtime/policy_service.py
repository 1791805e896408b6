"""What an agent does with policies: begins with one, takes new ones, tries them, and tells."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from agentguard.base.errors import AgentGuardError, PolicyError, PolicyRejected, StoreError
from agentguard.base.startup import POLICY_FILE, why_of
from agentguard.model.events import Event, PolicyInForce, PolicyRefused, PolicyStanding, Watching
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.own_health import PartBegan
from agentguard.model.release import Standing
from agentguard.model.snapshot import Snapshot
from agentguard.policy.last_good import Keeper
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.turns import Turns, alone

if TYPE_CHECKING:
    from agentguard.engine.loop import Engine

LOG = logging.getLogger(__name__)

LOOK = 5.0  # seconds between two looks at how far the policy in force can be relied on
BEAT = 60.0  # seconds between two heartbeats of a trial
FRESH = 30.0  # seconds; the engine of an agent that is well has given a picture since
SOURCE = "endpoint"
"""What problems of a delivered policy name as its file."""

_QUIET = frozenset({"policy.baseline"})
"""At a first start there is no policy yet, which is nobody's fault."""


class Governor:
    """One agent's policies; the uplink hands over what was delivered.

    Safe for threads. What comes before the engine is there is told once it runs.
    """

    def __init__(
        self, keeper: Keeper, clock: Clock, read: Callable[[Path], bytes] = Path.read_bytes
    ) -> None:
        """`read` gives what a file holds; TimeoutError when it does not answer."""
        self._keeper = keeper
        self._clock = clock
        self._read = read
        self._file: Path | None = None
        self._fault: Message | None = None
        self._engine: Engine | None = None
        self._waiting: list[Event] = []
        self._struck: set[str] = set()
        self._told_standing: Standing | None = None
        self._telling = Lock()
        self._deployed = False
        self._first_root = False
        self._hear: Callable[[float], None] = lambda _time: None

    def hear(self, told: Callable[[float], None]) -> None:
        """Have somebody else told, too, of each time that the endpoint has signed."""
        self._hear = told

    def pin(self, chain: bytes) -> None:
        """Pin the newest root of a chain."""
        try:
            self._keeper.pin(chain)
        except AgentGuardError as error:
            self._refuse(error)

    def pin_file(self, file: Path) -> None:
        """Pin the root of a file that an administrator put here; one that is gone is told.

        From then on no root of the endpoint's is the first one.
        """
        self._deployed = True
        try:
            chain = self._read(file)
        except OSError as error:
            why = error.strerror or type(error).__name__
            LOG.warning("the root document could not be read: %s", why)
            unread = say("policy.root-unread", file=str(file), why=why)
            self._tell(PolicyRefused(at=self._clock.now(), message=unread))
        else:
            self.pin(chain)

    def enrolled(self, team: str, root: str) -> None:
        """Take what the enrolment says: the computer's team, and the root to begin with.

        An enrolment without a root was early: the endpoint had none yet. It is trusted for the
        first one that comes, as it would have been then.
        """
        self._keeper.belongs(team)
        self._first_root = not root and not self._deployed
        if root and not self._deployed and not self._keeper.root():
            self.pin(root.encode())

    def belong(self, team: str) -> None:
        """Take the team that this computer is in by now."""
        self._keeper.belongs(team)

    def local(self, file: Path) -> Message | None:
        """Take a policy file that an administrator put here; give why it is not in force.

        One that is wrong or away leaves the last good one in force, and is looked at again once a
        minute. One that is not to be trusted is refused like any other. One that is right and
        cannot be kept is in force from memory, and what is given says so.
        """
        self._file = file
        try:
            self._keeper.offer(self._read(file), str(file), hold=True)
        except PolicyRejected as error:
            if error.kind == "rollback":  # the endpoint has given a newer one since
                LOG.info("the policy file is older than the policy in force: %s", file)
            else:
                self._refuse(error)
            self._fault = None
        except (OSError, AgentGuardError) as error:
            LOG.error("the policy file is not as it should be: %s", error)  # noqa: TRY400 - no crash
            held = isinstance(error, StoreError) and self._keeper.holds
            self._fault = _held(error, file) if held else _why_not(error, file)
        else:
            self._fault = None
        return self._fault

    def _look_again(self) -> None:
        """Try a file again that was wrong or away; it is in force as soon as it is right."""
        before, file = self._fault, self._file
        if before is None or file is None:
            return
        guards = self._keeper.start().policy
        now = self.local(file)
        if now != before:
            self._tell(PartBegan(at=self._clock.now(), part=POLICY_FILE, fault=now))
        first = self._keeper.start()
        if now is None or (self._keeper.holds and first.policy != guards):
            self._tell(PolicyInForce(at=first.at, policy=first.policy))

    def first(self) -> PolicyInForce:
        """Return the policy that the agent begins with."""
        first = self._keeper.start(running=True)
        if first.message is not None and first.message.id not in _QUIET:
            self._tell(PolicyRefused(at=first.at, message=first.message))
        return first

    def run(self, engine: Engine, stop: Stop) -> None:
        """Tell what waits and what changes, and count the minutes of a trial, until `stop`."""
        alone(self.turns(engine), self._clock, stop)

    def turns(self, engine: Engine) -> Turns:
        """Yield the seconds until it looks again what has changed, and how a trial goes."""
        self._engine = engine
        waiting, self._waiting = self._waiting, []
        for event in waiting:  # after the policy that the agent began with, which they outlast
            engine.submit(replace(event, at=self._clock.now()))
        beat = self._clock.now().boot + BEAT
        try:
            while True:
                now = self._clock.now()
                if now.boot >= beat:
                    beat = now.boot + BEAT
                    self._beat(engine.snapshot(), now)
                self._tell_standing(engine)
                yield LOOK
        except GeneratorExit:
            self._keeper.ended()
            raise

    def _beat(self, picture: Snapshot, now: Moment) -> None:
        """Count a minute of a trial, and look again at a file that was wrong."""
        answers = now.boot - picture.at.boot <= FRESH
        self._go_back(self._keeper.beat(_blind(picture), answers=answers))
        self._look_again()

    def scanned(self, path: str, reason: str) -> None:
        """Note how a file was read: one at which the scan's child died counts, each once."""
        if reason == "reason.crashed" and path not in self._struck:
            self._struck.add(path)
            self._go_back(self._keeper.crashed())

    def root(self) -> int:
        """Return the version of the pinned root, 0 for none."""
        return self._keeper.root()

    def told(self, time: float) -> None:
        """Take a time that the endpoint has signed, in seconds since 1970."""
        self._keeper.told(time)
        self._hear(time)

    def take_roots(self, chain: bytes) -> None:
        """Take roots that the endpoint hands on: they follow the pinned one, or are the first."""
        if self._keeper.root() or (self._first_root and self._keeper.blank()):
            self.pin(chain)

    def take(self, data: bytes) -> None:
        """Take a policy that the endpoint hands on: in force at once, or refused and said so."""
        at = self._clock.now()
        try:
            blind = None if self._engine is None else _blind(self._engine.snapshot())
            policy = self._keeper.deliver(data, SOURCE, blind)
        except AgentGuardError as error:
            self._refuse(error)
        else:
            self._struck.clear()
            self._tell(PolicyInForce(at=at, policy=policy))

    def _go_back(self, back: PolicyInForce | None) -> None:
        if back is None or back.message is None:
            return
        LOG.warning("a policy's trial has ended: %s", back.message.id)
        self._tell(back)
        self._tell(PolicyRefused(at=back.at, message=back.message))

    def _refuse(self, error: AgentGuardError) -> None:
        LOG.warning("a policy is refused: %s", error.title)
        self._tell(PolicyRefused(at=self._clock.now(), message=_why(error)))

    def _tell(self, event: Event) -> None:
        if self._engine is None:
            self._waiting.append(event)
            return
        if isinstance(event, PolicyInForce):  # a report of it says whether it is signed
            self._tell_standing(self._engine)
        self._engine.submit(event)

    def _tell_standing(self, engine: Engine) -> None:
        """Tell how far the policy in force can be relied on, when that has changed."""
        with self._telling:
            standing = self._keeper.standing()
            if standing != self._told_standing:
                self._told_standing = standing
                engine.submit(PolicyStanding(at=self._clock.now(), standing=standing))


def _why_not(error: Exception, file: Path) -> Message:
    """Say why a policy file of this computer is not in force."""
    if isinstance(error, TimeoutError):
        return say("starting.policy-away", file=str(file))
    if isinstance(error, PolicyError):
        count, line = error.count or 1, error.line or 1
        return say("starting.policy-wrong", file=str(file), count=count, line=line)
    if isinstance(error, OSError):
        return say("starting.policy-unread", file=str(file), why=why_of(error))
    return say("starting.policy-not-kept", file=str(file), why=why_of(error))


def _held(error: Exception, file: Path) -> Message:
    """Say that a policy file is in force, and for how long."""
    return say("starting.policy-in-memory", file=str(file), why=why_of(error))


def _why(error: AgentGuardError) -> Message:
    if isinstance(error, PolicyRejected):
        return say(f"policy.rejected.{error.kind}", **error.params)
    if isinstance(error, PolicyError):
        return say("policy.delivered-refused")
    return say("policy.not-kept-now")


def _blind(snapshot: Snapshot) -> frozenset[str]:
    """Return the sensors that have failed."""
    return frozenset(one.sensor for one in snapshot.sensors if one.state is Watching.FAILED)
