"""Tells the endpoint how the desks stand: a signed report each minute, and at once when it changes.

The keeper is a device of its own at the endpoint, with a key that no user of the computer can read.
Its reports have the shape of an agent's: one control, and an event for each thing that happened.
What waits is bounded; the control tells the present state, so that a lost event hides nothing.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from agentguard import __version__
from agentguard.base.errors import AgentGuardError, UplinkError
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.service.keeper_status import Standing
from agentguard.service.watch import Happening
from agentguard.wire import v1

LOG = logging.getLogger(__name__)

CHECK = "keeper"
INTRUSION = 5  # the measure that the control belongs to
INTERVAL = 60.0
SPLAY = 0.1
FIRST_RETRY = 5.0
LOOK = 0.5
STEADY = 300.0
PAUSE = 150.0
WAITING = 200
"""Seconds between reports, the part they are spread by, the first wait after a failure, and between
two looks at what is to be told; for which reports must have come through, none further apart than
the next, before agents are said to be heard of as well; events that wait."""
GOODBYE = "stopped"

_RANDOM = secrets.SystemRandom()


Led = tuple[str, str]
"""The address of the proxy on a way, empty without one, and who named it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to the endpoint: the keeper's name there, what posts a report, what asks for a code.

    `led` tells through which proxy it leads.
    """

    device: str
    post: Callable[[v1.Report], v1.Received]
    code: Callable[[], str]
    led: Callable[[], Led] = lambda: ("", "")


Connect = Callable[[], Way | None]
"""Gives the way, None while this computer is not enrolled; raises AgentGuardError."""


class Teller:
    """One actor that reports; `epoch(least)` gives one that was never used, at least `least`."""

    def __init__(self, connect: Connect, epoch: Callable[[int], int], clock: Clock) -> None:
        self._connect = connect
        self._new_epoch = epoch
        self._clock = clock
        self._guard = threading.Lock()
        self._standing = Standing()
        self._since: tuple[bool, Moment] = True, clock.now()
        self._events: list[v1.Event] = []
        self._seq = 0
        self._head = hashlib.sha256(b"agentguard keeper v1").hexdigest()
        self._epoch = 0
        self._poked = threading.Event()
        self._way: Way | None = None
        self._outcome = Standing()
        self._through: tuple[float, float] | None = None

    @property
    def outcome(self) -> Standing:
        """What became of the reports: `reported`, `problem` and `device`."""
        return self._outcome

    def code(self) -> str:
        """Ask for a code for an agent of this computer; empty when there is none to be had now."""
        way = self._way
        try:
            return way.code() if way is not None else ""
        except AgentGuardError as error:
            LOG.warning("there is no code for an agent: %s", error.title)
            return ""

    def tell(self, standing: Standing, happened: tuple[Happening, ...] = ()) -> None:
        """Take how the desks stand, and what happened; a change is reported at once."""
        now = self._clock.now()
        with self._guard:
            turned = standing.well != self._standing.well
            if turned:
                self._since = standing.well, now
            changed = turned or standing.sessions != self._standing.sessions
            self._standing = standing
            for one in happened:
                self._note(one, now)
        if changed or happened:
            self._poked.set()

    def _note(self, one: Happening, now: Moment) -> None:
        self._seq += 1
        params: dict[str, str | int] = {"how": one.how} if one.how else {}
        kind = one.what.value
        event = v1.Event(seq=self._seq, kind=kind, at=now.iso, check=CHECK, params=params)
        self._head = hashlib.sha256(self._head.encode() + msgspec.json.encode(event)).hexdigest()
        self._events = [*self._events, event][-WAITING:]

    def run(self, stop: Stop) -> None:
        """Report until `stop` is set."""
        failures = 0
        while not stop.is_set():
            self._poked.clear()
            wait = self.report()
            failures = failures + 1 if wait else 0
            pause = (
                min(INTERVAL, FIRST_RETRY * 2.0 ** min(failures - 1, 8)) if failures else INTERVAL
            )
            self._rest(
                stop, max(wait, pause * (1 + _RANDOM.uniform(-SPLAY, 0))), hurry=not failures
            )
        if self._way is not None and self._through is not None:
            self.report(GOODBYE)  # what stops a service is the system, or an administrator

    def _rest(self, stop: Stop, seconds: float, *, hurry: bool) -> None:
        end = self._clock.now().boot + seconds
        while self._clock.now().boot < end and not (hurry and self._poked.is_set()):
            if self._clock.wait(stop, LOOK):
                return

    def report(self, goodbye: str = "") -> float:
        """Report once; give 0 when it was taken, else what the endpoint wants to be waited."""
        try:
            self._way = self._way or self._connect()
            if self._way is None:
                return self._ended("not-enrolled", INTERVAL)
            self._epoch = self._epoch or self._new_epoch(1)
            report = self._made(self._way.device, goodbye)
            self._way.post(report)
        except UplinkError as error:
            if error.kind == "conflict":
                self._epoch = self._new_epoch(error.epoch + 1)
            if error.kind == "revoked":
                self._way = None  # it may be enrolled anew
            LOG.warning("the report was not delivered (%s)", error.kind)
            return self._ended(error.kind, max(error.retry_after, FIRST_RETRY))
        except AgentGuardError as error:
            LOG.warning("no report can be made: %s", error.title)
            return self._ended(type(error).__name__, FIRST_RETRY)
        with self._guard:
            self._events = [one for one in self._events if one.seq > report.seq]
        proxy, named_by = self._way.led()
        self._outcome = Standing(
            device=self._way.device,
            reported=self._clock.now().iso,
            proxy=proxy,
            named_by=named_by,
        )
        self._came_through(self._clock.now().boot)
        return 0.0

    def _came_through(self, now: float) -> None:
        first, last = self._through or (now, now)
        self._through = (first if now - last <= PAUSE else now), now

    def _steady(self, now: float) -> bool:
        """Check whether reports have come through long enough that an agent's would have too."""
        if self._through is None:
            return False
        first, last = self._through
        return now - first >= STEADY and now - last <= PAUSE

    def _ended(self, problem: str, wait: float) -> float:
        self._through = None
        proxy, named_by = self._way.led() if self._way is not None else ("", "")
        self._outcome = msgspec.structs.replace(
            self._outcome, problem=problem, proxy=proxy, named_by=named_by
        )
        return wait

    def _made(self, device: str, goodbye: str = "") -> v1.Report:
        now = self._clock.now()
        with self._guard:
            standing, events = self._standing, tuple(self._events)
            since = self._since[1]
            seq, head = self._seq, self._head
        return v1.Report(
            device=device,
            epoch=self._epoch,
            seq=seq,
            sent_at=now.iso,
            boot=now.boot,
            hash=head,
            agent=__version__,
            policy="",
            policy_digest="",
            overall="good" if standing.well else "act",
            locked=False,
            in_call=False,
            waiting=len(events),
            controls=(control(standing, since),),
            events=events,
            goodbye=goodbye,
            seats=v1.Seats(
                on=standing.sessions,
                guarding=standing.settled if self._steady(now.boot) else 0,
            ),
        )


def control(standing: Standing, since: Moment) -> v1.Control:
    """Return the one control: whether every session is guarded by a whole program."""
    detail, params = _detail(standing)
    return v1.Control(
        check=CHECK,
        measure=INTRUSION,
        state="pass" if standing.well else "fail",
        since=since.iso,
        severity="critical",
        detail=f"{CHECK}.{detail}",
        params=params,
    )


def _detail(standing: Standing) -> tuple[str, dict[str, str | int]]:
    if standing.gone:
        return "files-gone", {"count": standing.gone, "name": standing.lost}
    if standing.missing:
        return "missing", {"count": standing.missing}
    if standing.failing:
        return "failing", {"count": standing.failing}
    if standing.upgrading:
        return "upgrading", {}
    return "guarded", {"count": standing.sessions}
