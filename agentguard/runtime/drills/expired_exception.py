"""An exception of the drill's own is taken, ends by itself, and its control is guarded again.

The list is sealed, verified, kept and ended by the classes that do so for this desk, and the core
decides by the policy in force. All of it is made anew: the exceptions that hold here are not
touched, and what the core would do is looked at and dropped.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from agentguard.checks import screen_lock
from agentguard.engine import core
from agentguard.engine.plan import make_plan
from agentguard.engine.state import Decision, State
from agentguard.model.actions import ActionKind, Deed
from agentguard.model.events import Event, PolicyInForce, SessionState
from agentguard.model.exception_events import ExceptionsHeld
from agentguard.model.exceptions import ExceptionRule
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.model.records import Json, Record
from agentguard.model.verdicts import Severity
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.exceptions import Overlay
from agentguard.runtime.drills.base import Bench, Drill, FailedError, NotPossibleError
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.wire import exceptions, v1

CHECK = screen_lock.CHECK.id
HOUR, DAY, MINUTE = 3600.0, 86400.0, 60.0
ENDED, PROVED = "exception.ended", "exception.proved"


@dataclass(slots=True)
class Shifted:
    """The clock of this computer with a wall time that the drill shifts; it lives through `lived`.

    Nothing waits for it: an hour passes when the drill says so.
    """

    clock: Clock
    ahead: float = 0.0
    passed: float = 0.0

    def now(self) -> Moment:
        """Return the moment that it shows."""
        real = self.clock.now()
        return Moment(boot=real.boot, wall=real.wall + self.ahead)

    def shift(self, seconds: float, *, lived: float = 0.0) -> None:
        """Set the wall time on or back, and let so much time be lived through."""
        self.ahead += seconds
        self.passed += lived

    def wait(self, stop: Stop, seconds: float) -> bool:
        """Wait as the computer's clock does."""
        return self.clock.wait(stop, seconds)

    def lived(self) -> float:
        """Return the seconds that were lived through, as far as the drill says."""
        return self.passed


@dataclass(slots=True)
class Memory:
    """What the book remembers; it is gone with the drill."""

    kept: dict[str, Json] = field(default_factory=dict)

    def commit(self, _records: Sequence[Record], memory: Mapping[str, Json]) -> None:
        """Remember."""
        self.kept |= memory

    def memory(self, prefix: str) -> Mapping[str, Json]:
        """Return what is remembered under a prefix."""
        return {key: value for key, value in self.kept.items() if key.startswith(prefix)}


@dataclass(slots=True)
class Core:
    """The core that decides for this desk, by a state of the drill's own."""

    state: State
    records: list[Record] = field(default_factory=list)
    wanted: list[ActionKind | Deed] = field(default_factory=list)

    def see(self, event: Event) -> None:
        """Decide, and keep what would be written down and done."""
        made: Decision = core.decide(self.state, event, lambda _: self.state.plan)
        self.state = made.state
        self.records += made.records
        self.wanted += [one.kind for one in made.actions]

    def ended(self) -> str:
        """Return why the exception ended; empty while it holds."""
        every = (one for one in self.records if one.kind == ENDED)
        return next((str(one.payload.get("why")) for one in every), "")

    def proved(self) -> bool:
        """Check whether the control has passed since it ended."""
        return any(one.kind == PROVED for one in self.records)


def run(bench: Bench) -> float:
    """Let one end by the wall clock, and one by lived time while the clock is set back."""
    policy = bench.rooms.policy()
    _settings(policy)
    bench.unmarked()
    by_wall, by_life = Shifted(bench.clock), Shifted(bench.clock)
    bench.step("wall")
    seconds = _once(bench, policy, by_wall, _forward)
    bench.step("lived")
    return max(seconds, _once(bench, policy, by_life, _back))


def _forward(clock: Shifted) -> None:
    clock.shift(HOUR + 1)


def _back(clock: Shifted) -> None:
    clock.shift(-DAY, lived=HOUR + 1)


def _once(bench: Bench, policy: Policy, clock: Shifted, end: Callable[[Shifted], None]) -> float:
    """Return the seconds from the end of an exception until what it had stopped is done again."""
    memory, mine = Memory(), _core(bench, policy)
    book = bench.rooms.exception_book(memory, clock, clock)
    book.take(_listed(bench, clock))
    book.look(mine.see)
    limit = _settings(policy).limit_minutes * MINUTE
    _sit(bench, mine, idle=limit + 1)
    if CHECK not in mine.state.excepted or ActionKind.LOCK in mine.wanted:
        raise FailedError("not-taken")
    end(clock)
    begun = bench.clock.now()
    book.look(mine.see)
    if CHECK in mine.state.excepted or mine.ended() != "until":
        raise FailedError("not-ended")
    if ActionKind.LOCK not in mine.wanted:
        raise FailedError("not-restored")
    seconds = bench.clock.now().since(begun)
    _sit(bench, mine, idle=limit / 2)
    again = bench.rooms.exception_book(memory, clock, clock)  # as after a restart
    clock.shift(-DAY)
    heard: list[Event] = []
    again.look(heard.append)
    if any(one.items for one in heard if isinstance(one, ExceptionsHeld)):
        raise FailedError("not-ended")
    if not mine.proved():
        raise FailedError("not-restored")
    return seconds


def _core(bench: Bench, policy: Policy) -> Core:
    """Return a core under the policy in force, in which the drill's exception is allowed."""
    guarded = replace(policy.controls[CHECK], paused=False, respond=(ActionKind.LOCK,))
    rule = ExceptionRule(control=CHECK, hours=1)
    made = replace(policy, controls={**policy.controls, CHECK: guarded}, exceptions=(rule,))
    begun = PolicyInForce(at=bench.clock.now(), policy=made)
    return Core(core.begin(make_plan((screen_lock.CHECK,), made), begun, (), ()))


def _sit(bench: Bench, mine: Core, idle: float) -> None:
    source = f"drill-{bench.run}"
    mine.see(SessionState(at=bench.clock.now(), locked=False, idle=idle, source=source))


def _settings(policy: Policy) -> screen_lock.Settings:
    settings = policy.controls[CHECK].settings
    if not isinstance(settings, screen_lock.Settings):
        raise NotPossibleError("policy-off")
    return settings


def _listed(bench: Bench, clock: Shifted) -> Overlay:
    """Return the list as a desk takes it from an answer, signed with a key of the drill's own.

    Raises:
        FailedError: it is not taken, or one is that another key has signed.

    """
    from agentguard.trust.curves import SigningKey  # noqa: PLC0415 - it costs memory
    from agentguard.uplink.exceptions import told  # noqa: PLC0415 - as above

    key, other = SigningKey.made(), SigningKey.made()
    device, now = f"drill-{bench.run}", clock.now().wall
    one = exceptions.Exempted(
        id=device, control=CHECK, worst=Severity.HIGH.value, since=now, until=now + HOUR
    )
    payload = msgspec.json.encode(exceptions.Exceptions(device=device, at=now, items=(one,)))
    sealed, public = exceptions.seal(payload), key.public
    desk = Enrolment(url="", device=device, team="", receipt_key=base64.b64encode(public).decode())
    if told(desk, _answer(payload, other.sign(sealed))) is not None:
        raise FailedError("not-noticed")
    taken = told(desk, _answer(payload, key.sign(sealed)))
    if taken is None:
        raise FailedError("not-taken")
    return taken


def _answer(payload: bytes, signature: bytes) -> v1.Received:
    return v1.Received(
        receipt="",
        signature="",
        next_in=0,
        exceptions=payload.decode(),
        exceptions_signature=base64.b64encode(signature).decode(),
    )


DRILL = Drill(id="expired-exception", proves=(CHECK,), run=run)
