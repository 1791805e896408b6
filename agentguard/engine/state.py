"""The engine's whole state: one frozen value, replaced at every event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from agentguard.engine.attention_book import FRESH, Attention
from agentguard.engine.plan import Plan
from agentguard.model.actions import Action, ActionKind, Outcome
from agentguard.model.deeds import Asked, Done
from agentguard.model.drills import OpenRun
from agentguard.model.events import CallState, Event, Facts, SensorState, SessionState
from agentguard.model.exceptions import Excepted, Request, Span
from agentguard.model.gate import UNASKED, Gate
from agentguard.model.guided import Response
from agentguard.model.handover import NO_SHIFT, Shift
from agentguard.model.incidents import Reported
from agentguard.model.messages import Message
from agentguard.model.moments import Moment, Wall
from agentguard.model.orders import NO_ORDERS, Orders
from agentguard.model.payment import Recorder
from agentguard.model.prompts import Notice, Prompt
from agentguard.model.records import Json, Record
from agentguard.model.shield import Shield
from agentguard.model.shift_counts import NO_COUNTS, ShiftCounts
from agentguard.model.verdicts import Coverage, Finding, Verdict

Key = tuple[str, str]
"""What makes it the same finding: check and subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The last verdict on the machine as a whole: when given, and since when it is so."""

    verdict: Verdict
    at: Moment
    since: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A question for proof that waits: for the end of a call, or until boot time `until`."""

    prompt: Prompt
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """An action that was given to a hand: how often, when last, and how it ended.

    `waited` says that its last end was to wait, which is written down once; `told` is what its
    hand said of it.
    """

    action: Action
    at: Moment
    count: int = 1
    outcome: Outcome | None = None
    waited: bool = False
    told: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """How a finding ended that is not yet seen to be gone: an Act, when, and its file's item."""

    how: str
    at: Moment
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """An action that waits until boot time `due` for its finding to be mended."""

    kind: ActionKind
    check: str
    subject: str
    due: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """How often in a row the same was taken away, the last time at boot time `last`."""

    count: int
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """Payment mode: on `since`, None when off; `away` since another window is in front.

    `image` is the program that began it, `recorder` what the recorder did since. `settled` says
    that the recorder was told how it is since the agent began. `cleared` counts how often copied
    text was taken off the clipboard for it.
    """

    since: Moment | None = None
    image: str = ""
    recorder: Recorder = Recorder.NONE
    away: Moment | None = None
    settled: bool = False
    cleared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the engine knows.

    `lacking` is what of a control's parts could not be looked at; `telling` names the notices that
    wait for how an action ends. `deeds` are what a person asked for, `history` what was found and
    is no more; `mended` what was done about a finding that is not yet seen to be gone. `reported`
    and `responses` are by number, the oldest first; `drills` are the runs of drills, by number too.
    `excepted` are the exceptions that hold, by control; `spent` why others do not, by id; `proving`
    the ids of those whose control has not passed since they ended, by control. `requests` are what
    a person asked for, by id, the oldest first; `used` is when a control was excepted.
    """

    plan: Plan
    started: Moment
    facts: Facts
    judged: Mapping[str, Judged] = field(default_factory=dict)
    lacking: Mapping[Key, Coverage] = field(default_factory=dict)
    findings: Mapping[Key, Finding] = field(default_factory=dict)
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    inbox: tuple[Notice, ...] = ()
    sensors: Mapping[str, SensorState] = field(default_factory=dict)
    tries: Mapping[str, Try] = field(default_factory=dict)
    deferred: tuple[Deferred, ...] = ()
    rounds: Mapping[str, Rounds] = field(default_factory=dict)
    paying: Paying = Paying()
    wall: Wall | None = None
    shield: Shield | None = None
    gate: Gate = UNASKED
    count: int = 0
    attention: Attention = FRESH
    telling: Mapping[Key, str] = field(default_factory=dict)
    deeds: Mapping[Key, Asked] = field(default_factory=dict)
    mended: Mapping[Key, Mended] = field(default_factory=dict)
    history: tuple[Done, ...] = ()
    reported: Mapping[str, Reported] = field(default_factory=dict)
    responses: Mapping[str, Response] = field(default_factory=dict)
    shift: Shift = NO_SHIFT
    counts: ShiftCounts = NO_COUNTS
    drills: Mapping[str, OpenRun] = field(default_factory=dict)
    orders: Orders = NO_ORDERS
    excepted: Mapping[str, Excepted] = field(default_factory=dict)
    spent: Mapping[str, str] = field(default_factory=dict)
    proving: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, Request] = field(default_factory=dict)
    used: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)

    def seeing(self, facts: Facts) -> State:
        """Return the state with these facts."""
        return self._but("facts", facts)

    def judging(self, judged: Mapping[str, Judged]) -> State:
        """Return the state with these last verdicts."""
        return self._but("judged", judged)

    def _but(self, name: str, value: object) -> State:
        """Return a copy with one other value, made at a tenth of what `replace` takes.

        It is for the two that change at every event: `replace` asks for the name as well.
        """
        made = object.__new__(State)
        for put, kept in zip(_PUT, _ALL(self), strict=True):
            put(made, kept)
        object.__setattr__(made, name, value)
        return made

    @property
    def in_call(self) -> bool:
        """Whether a call is live."""
        call = self.facts.get(CallState)
        return call is not None and call.in_call

    @property
    def locked(self) -> bool:
        """Whether the session is known to be locked."""
        session = self.facts.get(SessionState)
        return session is not None and session.locked is True


_ALL = attrgetter(*State.__slots__)
_PUT = tuple(getattr(State, slot).__set__ for slot in State.__slots__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from an event: the next state, what to write down first, what to do.

    `events` are news of the engine itself, which are judged next.
    """

    before: State
    state: State
    records: tuple[Record, ...] = ()
    memory: Mapping[str, Json] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()

    def then(
        self,
        state: State | None = None,
        *,
        records: tuple[Record, ...] = (),
        memory: Mapping[str, Json] | None = None,
        actions: tuple[Action, ...] = (),
        events: tuple[Event, ...] = (),
    ) -> Decision:
        """Add to the decision."""
        same = state is None or state is self.state
        if same and not (records or memory or actions or events):
            return self
        return Decision(
            before=self.before,
            state=state or self.state,
            records=(*self.records, *records),
            memory={**self.memory, **memory} if memory else self.memory,
            actions=(*self.actions, *actions),
            events=(*self.events, *events),
        )


def without(mapping: Mapping[str, Prompt], *keys: str) -> dict[str, Prompt]:
    """Return the prompts less those of `keys`."""
    return {k: v for k, v in mapping.items() if k not in keys}
